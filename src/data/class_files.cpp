#include "data/class_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <tuple>

#include "base/files.h"
#include "data/image_file.h"
#include "data/passed_over.h"
#include "data/set_folders.h"

namespace digits {

namespace fs = std::filesystem;

using Paths = std::vector<fs::path>;

namespace {

bool is_number(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

}  // namespace

std::vector<std::string> class_names_in(const fs::path& part) {
  std::vector<std::string> names;
  for (const auto& entry : list_entries(part)) {
    if (kind_of(entry) == PathKind::kFolder) names.push_back(entry.filename().string());
  }
  if (std::all_of(names.begin(), names.end(), is_number)) {
    const auto by_value = [](const std::string& name) {  // of any number of digits
      const auto number = name.substr(std::min(name.find_first_not_of('0'), name.size()));
      return std::tuple(number.size(), number, name);
    };
    std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
      return by_value(a) < by_value(b);
    });
  }
  return names;
}

ClassFiles list_class_files(const fs::path& part, const std::vector<std::string>& names,
                            Paths& passed_over) {
  ClassFiles files;
  if (part.empty()) return files;
  for (const auto& entry : list_entries(part)) {
    if (kind_of(entry) != PathKind::kFolder) passed_over.push_back(entry);
  }
  for (const auto& name : class_names_in(part)) {
    const auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) {
      throw Error("data.label_range",
                  fmt::format("{}: class \"{}\", expected one of: {}", part.string(), name,
                              fmt::join(names, ", ")),
                  "remove the folder, or give training one too");
    }
    for (const auto& entry : list_entries(part / name)) {
      if (!is_image_name(entry) || !fs::is_regular_file(entry)) {
        passed_over.push_back(entry);
        continue;
      }
      files.paths.push_back(entry);
      files.labels.push_back(static_cast<std::uint8_t>(known - names.begin()));
    }
  }
  return files;
}

Error no_images(const fs::path& part, const fs::path& root, const std::vector<Finding>& findings) {
  std::string hint = "expected <class>/*.png, or train/<class>/*.png and test/<class>/*.png";
  if (!findings.empty() && !findings.front().hint.empty()) hint = findings.front().hint;
  const auto nested = find_nested_set(root);
  if (!nested.empty()) {
    hint = fmt::format("there is a set in {}: name that folder", nested.string());
  }
  return {"input.missing",
          fmt::format("{}: no images in the folders in it{}", part.string(),
                      passed_over_text(findings)),
          hint};
}

}  // namespace digits
