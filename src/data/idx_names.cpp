#include "data/idx_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "base/files.h"
#include "base/printable.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> standard_names() {
  const auto train = part_names(Part::kTrain);
  const auto test = part_names(Part::kTest);
  return {train.images, train.labels, test.images, test.labels};
}

bool contains(const std::string& text, const char* word) {
  return text.find(word) != std::string::npos;
}

// "Train-Images.idx3_ubyte.GZ" as "train-images-idx3-ubyte".
std::string normalised(std::string name) {
  name = lower_case(std::move(name));
  for (auto& c : name) c = c == '.' || c == '_' || c == ' ' ? '-' : c;
  const std::string zipped = "-gz";
  const bool is_zipped = name.size() > zipped.size() &&
                         name.compare(name.size() - zipped.size(), zipped.size(), zipped) == 0;
  return is_zipped ? name.substr(0, name.size() - zipped.size()) : name;
}

// The files in `folder` whose names are variants of `name`, the exact name first.
std::vector<fs::path> variants_of(const fs::path& folder, const std::string& name) {
  std::vector<fs::path> exact;
  std::vector<fs::path> others;
  for (const char* suffix : {"", ".gz"}) {
    const auto path = folder / (name + suffix);
    if (kind_of(path) != PathKind::kMissing) exact.push_back(path);
  }
  for (const auto& path : list_folder(folder)) {
    const bool is_exact = std::find(exact.begin(), exact.end(), path) != exact.end();
    if (!is_exact && normalised(path.filename().string()) == name) others.push_back(path);
  }
  exact.insert(exact.end(), others.begin(), others.end());
  return exact;
}

// Files that may be meant by `name`: of images or labels, and of the same part.
std::vector<std::string> similar_names(const fs::path& folder, const std::string& name) {
  const bool of_images = contains(name, "images");
  const bool of_training = contains(name, "train");
  std::vector<std::string> similar;
  for (const auto& file : list_names(folder)) {
    const auto text = normalised(file);
    const bool of_set = contains(text, "ubyte") || contains(text, "idx") || contains(text, "mnist");
    const bool same_kind = contains(text, of_images ? "image" : "label");
    const bool same_part =
        of_training ? contains(text, "train") : contains(text, "t10k") || contains(text, "test");
    if (of_set && same_kind && same_part && !is_idx_name(file)) similar.push_back(file);
  }
  return similar;
}

Error missing_file(const fs::path& folder, const std::string& name) {
  constexpr std::size_t kShown = 3;
  auto similar = similar_names(folder, name);
  const auto message = fmt::format("{}: no {} or {}.gz in it", folder.string(), name, name);
  if (similar.empty()) {
    return {"input.missing", message,
            "a set is a folder with four IDX files under MNIST's names, or with a folder of images "
            "per class, <class>/*.png or train/<class>/*.png and test/<class>/*.png"};
  }
  const auto count = similar.size();
  similar.resize(std::min(kShown, count));
  const auto suffix = fs::path(similar.front()).extension() == ".gz" ? ".gz" : "";
  return {"input.missing",
          fmt::format("{}, but {}{}", message, fmt::join(similar, ", "),
                      count > kShown ? fmt::format(" and {} more", count - kShown) : ""),
          fmt::format("if {} is the file, rename it to {}{}", similar.front(), name, suffix)};
}

}  // namespace

PartNames part_names(Part part) {
  const std::string prefix = part == Part::kTrain ? "train" : "t10k";
  return {prefix + "-images-idx3-ubyte", prefix + "-labels-idx1-ubyte"};
}

bool is_idx_name(const std::string& file_name) {
  const auto names = standard_names();
  return std::find(names.begin(), names.end(), normalised(file_name)) != names.end();
}

fs::path find_idx_file(const fs::path& folder, const std::string& name) {
  const auto variants = variants_of(folder, name);
  if (variants.empty()) throw missing_file(folder, name);
  return variants.front();
}

std::vector<fs::path> unused_files(const fs::path& folder) {
  std::vector<fs::path> used;
  for (const auto& name : standard_names()) {
    const auto variants = variants_of(folder, name);
    if (!variants.empty()) used.push_back(variants.front());
  }
  auto paths = list_folder(folder);
  paths.erase(std::remove_if(paths.begin(), paths.end(),
                             [&](const fs::path& path) {
                               return std::find(used.begin(), used.end(), path) != used.end();
                             }),
              paths.end());
  return paths;
}

}  // namespace digits
