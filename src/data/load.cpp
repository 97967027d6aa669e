#include "data/load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "data/scaling.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

fs::path find_file(const fs::path& folder, const std::string& name) {
  for (const char* suffix : {"", ".gz"}) {
    auto path = folder / (name + suffix);
    if (kind_of(path) != PathKind::kMissing) return path;
  }
  throw Error(
      "input.missing", fmt::format("{}: no {} or {}.gz in it", folder.string(), name, name),
      "a set is a folder with four IDX files under MNIST's names, or with a folder of images "
      "per class, <class>/*.png or train/<class>/*.png and test/<class>/*.png");
}

void require_folder(const fs::path& folder) {
  const auto kind = kind_of(folder);
  if (kind == PathKind::kMissing) {
    throw Error("input.missing", fmt::format("{}: no such folder", folder.string()),
                "check the path: a relative one begins in the working folder");
  }
  if (kind != PathKind::kFolder) {
    throw Error("input.not_a_folder",
                fmt::format("{}: is a file, expected a folder of IDX files", folder.string()),
                "name the folder that the file lies in");
  }
}

void check_shapes(const IdxArray& images, const IdxArray& labels, const std::string& name) {
  const auto rank = images.dims.size();
  if (rank != 3 && rank != 4) {
    throw Error("idx.rank", fmt::format("{}: images of rank {}, expected 3 or 4", name, rank),
                "images are [N, rows, cols] or [N, rows, cols, channels]");
  }
  if (labels.dims.size() != 1) {
    throw Error("idx.rank",
                fmt::format("{}: labels of rank {}, expected 1", name, labels.dims.size()),
                "are the image and the label file swapped?");
  }
  if (images.dims[0] != labels.dims[0]) {
    throw Error("data.count_mismatch",
                fmt::format("{}: {} labels, expected {} as there are images", name, labels.dims[0],
                            images.dims[0]),
                "the two files belong to different sets");
  }
  const auto channels = rank == 4 ? images.dims[3] : 1U;
  if (std::max(images.dims[1], images.dims[2]) > std::uint32_t{kMaxSide} ||
      (channels != 1 && channels != 3)) {
    throw Error("data.image_size",
                fmt::format("{}: images of {}x{}x{}, expected sides up to {} and 1 or 3 channels",
                            name, images.dims[1], images.dims[2], channels, kMaxSide),
                "make the images smaller, and grey or RGB");
  }
  if (images.dims[0] == 0) {
    throw Error("data.empty", fmt::format("{}: 0 images, expected at least 1", name),
                "the set has no samples");
  }
}

// Throws when `bad` holds for some number of an image array.
template <typename Predicate>
void refuse_numbers(const IdxArray& images, const std::string& name, const char* code,
                    const char* what, const char* hint, const Predicate& bad) {
  constexpr std::size_t kFirst = 8;
  const auto per_image = images.numbers.size() / std::max(1U, images.dims[0]);
  std::size_t count = 0;
  std::vector<std::size_t> where;  // images, each once
  for (std::size_t i = 0; i < images.numbers.size(); ++i) {
    if (!bad(images.numbers[i])) continue;
    ++count;
    if (where.empty() || where.back() != i / per_image) where.push_back(i / per_image);
  }
  if (count == 0) return;
  const auto all = where.size();
  where.resize(std::min(kFirst, all));
  throw Error(code,
              fmt::format("{}: {} values in {} of {} images {} (first: {})", name, count, all,
                          images.dims[0], what, fmt::join(where, ", ")),
              hint);
}

// Labels of any integer type as bytes.
std::vector<std::uint8_t> label_bytes(const IdxArray& labels, const std::string& name) {
  if (labels.type == IdxType::kUnsignedByte) return labels.values;
  if (labels.type == IdxType::kFloat || labels.type == IdxType::kDouble) {
    throw Error("idx.type",
                fmt::format("{}: labels of type {}, expected an integer type", name,
                            to_string(labels.type)),
                "are the image and the label file swapped?");
  }
  std::vector<std::uint8_t> bytes;
  bytes.reserve(labels.numbers.size());
  for (std::size_t i = 0; i < labels.numbers.size(); ++i) {
    const float label = labels.numbers[i];
    if (label < 0 || label > 255) {
      throw Error("data.label_range",
                  fmt::format("{}: label {} at index {}, expected 0 to 255", name, label, i),
                  "number the classes from 0");
    }
    bytes.push_back(static_cast<std::uint8_t>(label));
  }
  return bytes;
}

void check_labels(const Dataset& set, const std::string& name) {
  const auto classes = set.schema.classes();
  const auto bad = std::find_if(set.labels.begin(), set.labels.end(),
                                [&](std::uint8_t label) { return label >= classes; });
  if (bad == set.labels.end()) return;
  throw Error("data.label_range",
              fmt::format("{}: label {} at index {}, expected 0 to {}", name, *bad,
                          bad - set.labels.begin(), classes - 1),
              "the label file is damaged, or the set has more classes than the training set");
}

}  // namespace

PartNames part_names(Part part) {
  const std::string prefix = part == Part::kTrain ? "train" : "t10k";
  return {prefix + "-images-idx3-ubyte", prefix + "-labels-idx1-ubyte"};
}

IdxArray as_bytes(IdxArray images, const std::string& name) {
  if (images.type == IdxType::kUnsignedByte) return images;
  refuse_numbers(images, name, "data.not_finite", "are NaN or infinite, expected numbers",
                 "mend what computed them", [](float value) { return !std::isfinite(value); });
  refuse_numbers(images, name, "data.range", "are outside [0, 255], expected [0, 1] or [0, 255]",
                 "scale the images first: 0 is background, 1 or 255 is ink",
                 [](float value) { return value < 0.0F || value > 255.0F; });
  const bool unit = std::all_of(images.numbers.begin(), images.numbers.end(),
                                [](float value) { return value <= 1.0F; });
  images.values.reserve(images.numbers.size());
  for (const float value : images.numbers) {
    const float scaled = scale_to_unit(value, 0.0F, unit ? 1.0F : 255.0F);
    images.values.push_back(static_cast<std::uint8_t>(std::lround(255.0F * scaled)));
  }
  images.numbers = {};
  images.type = IdxType::kUnsignedByte;
  return images;
}

Dataset make_dataset(IdxArray images, const IdxArray& labels, const std::string& name,
                     std::vector<std::string> class_names) {
  check_shapes(images, labels, name);
  images = as_bytes(std::move(images), name);
  Dataset set;
  set.schema.rows = static_cast<int>(images.dims[1]);
  set.schema.cols = static_cast<int>(images.dims[2]);
  set.schema.channels = images.dims.size() == 4 ? static_cast<int>(images.dims[3]) : 1;
  set.images = std::move(images.values);
  set.labels = label_bytes(labels, name);
  if (class_names.empty()) {
    const int largest = *std::max_element(set.labels.begin(), set.labels.end());
    class_names = numbered_class_names(largest + 1);
  }
  set.schema.class_names = std::move(class_names);
  check_labels(set, name);
  return set;
}

Dataset load_dataset(const fs::path& folder, Part part,
                     const std::vector<std::string>& class_names) {
  require_folder(folder);
  const auto names = part_names(part);
  const auto images_path = find_file(folder, names.images);
  auto images = as_bytes(read_idx(images_path), images_path.string());
  const auto labels_path = find_file(folder, names.labels);
  return make_dataset(std::move(images), read_idx(labels_path), labels_path.string(), class_names);
}

void save_dataset(const fs::path& folder, Part part, const Dataset& set) {
  const auto count = static_cast<std::uint32_t>(set.size());
  std::vector<std::uint32_t> dims{count, static_cast<std::uint32_t>(set.schema.rows),
                                  static_cast<std::uint32_t>(set.schema.cols)};
  if (set.schema.channels != 1) dims.push_back(static_cast<std::uint32_t>(set.schema.channels));
  const auto names = part_names(part);
  write_idx(folder / (names.images + ".gz"), {dims, set.images});
  write_idx(folder / (names.labels + ".gz"), {{count}, set.labels});
}

Sets load_sets(const fs::path& folder, const std::vector<std::string>& class_names) {
  Sets sets;
  sets.train = load_dataset(folder, Part::kTrain, class_names);
  sets.test = load_dataset(folder, Part::kTest, sets.train.schema.class_names);
  if (sets.test.schema != sets.train.schema) {
    throw Error("data.schema_mismatch",
                fmt::format("{}: test images are {}x{}x{}, expected {}x{}x{} as in training",
                            folder.string(), sets.test.schema.rows, sets.test.schema.cols,
                            sets.test.schema.channels, sets.train.schema.rows,
                            sets.train.schema.cols, sets.train.schema.channels),
                "train and test part belong to different sets");
  }
  return sets;
}

}  // namespace digits
