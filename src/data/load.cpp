#include "data/load.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "data/passed_over.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

void require_folder(const fs::path& folder) {
  const auto kind = kind_of(folder);
  if (kind == PathKind::kMissing) {
    throw Error("input.missing", fmt::format("{}: no such folder", folder.string()),
                "check the path: a relative path starts at the working folder");
  }
  if (kind != PathKind::kFolder) {
    throw Error("input.not_a_folder",
                fmt::format("{}: is a file, expected a folder of IDX files", folder.string()),
                "name the folder of the file");
  }
}

// The side of square images that are stored as rows of `pixels`; 0 when they are not square.
std::uint32_t side_of(std::uint32_t pixels) {
  const auto side = static_cast<std::uint32_t>(std::lround(std::sqrt(pixels)));
  return side * side == pixels ? side : 0;
}

void check_image_rank(const IdxArray& images, const std::string& name) {
  const auto rank = images.dims.size();
  if (rank == 3 || rank == 4) return;
  std::string hint = "images are [N, rows, cols] or [N, rows, cols, channels]";
  if (rank == 1) hint += ": are the image and the label file swapped?";
  if (rank == 2) {
    const auto side = side_of(images.dims[1]);
    hint += ": write the rows and columns of an image into the file's header";
    if (side > 0) hint += fmt::format(", [{}, {}, {}]", images.dims[0], side, side);
  }
  throw Error("idx.rank",
              fmt::format("{}: images of rank {} [{}], expected 3 or 4", name, rank,
                          fmt::join(images.dims, ", ")),
              hint);
}

void check_label_rank(const IdxArray& labels, const std::string& name) {
  const auto rank = labels.dims.size();
  if (rank == 1) return;
  throw Error("idx.rank",
              fmt::format("{}: labels of rank {} [{}], expected 1", name, rank,
                          fmt::join(labels.dims, ", ")),
              rank == 2 ? "write one label for each image, its class's number, in place of a row "
                          "with a number per class (one-hot)"
                        : "are the image and the label file swapped?");
}

void check_image_size(const IdxArray& images, const std::string& name) {
  const auto& dims = images.dims;
  const bool in_colour = dims.size() == 4;
  const auto channels = in_colour ? dims[3] : 1U;
  const auto is_channels = [](std::uint32_t n) { return n == 1 || n == 3; };
  if (is_channels(channels) && std::max(dims[1], dims[2]) <= std::uint32_t{kMaxSide}) return;
  const bool channels_first = in_colour && !is_channels(channels) && is_channels(dims[1]);
  throw Error("data.image_size",
              fmt::format("{}: images of {}x{}x{}, expected rows, columns up to {} and 1 or 3 "
                          "channels{}",
                          name, dims[1], dims[2], channels, kMaxSide,
                          channels_first ? ": the channels stand first" : ""),
              channels_first ? fmt::format("write the images as [N, rows, cols, channels], "
                                           "[{}, {}, {}, {}]",
                                           dims[0], dims[2], dims[3], dims[1])
                             : "make the images smaller, and grey or RGB");
}

void check_shapes(const IdxArray& images, const IdxArray& labels, const PartNames& names) {
  check_image_rank(images, names.images);
  check_label_rank(labels, names.labels);
  if (images.dims[0] != labels.dims[0]) {
    throw Error("data.count_mismatch",
                fmt::format("{}: {} labels, expected {} as there are images in {}", names.labels,
                            labels.dims[0], images.dims[0], names.images),
                "the two files belong to different sets: download both again");
  }
  check_image_size(images, names.images);
  if (images.dims[0] == 0) {
    throw Error("data.empty", fmt::format("{}: 0 images, expected at least 1", names.images),
                "the set has no samples");
  }
}

// Throws when `bad` holds for any number of an image array.
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

// The labels as numbers. Throws idx.type for fractions.
std::vector<std::int64_t> label_numbers(const IdxArray& labels, const std::string& name) {
  if (labels.type == IdxType::kUnsignedByte) return {labels.values.begin(), labels.values.end()};
  if (labels.type == IdxType::kFloat || labels.type == IdxType::kDouble) {
    throw Error("idx.type",
                fmt::format("{}: labels of type {}, expected an integer type", name,
                            to_string(labels.type)),
                "are the image and the label file swapped?");
  }
  std::vector<std::int64_t> numbers;
  numbers.reserve(labels.numbers.size());
  for (const float number : labels.numbers) {
    numbers.push_back(static_cast<std::int64_t>(number));
  }
  return numbers;
}

// The hint for labels from `smallest` to `largest`, some of which are outside the `classes` classes
// that start at `first`.
std::string label_hint(std::int64_t smallest, std::int64_t largest, std::int64_t first,
                       std::int64_t classes) {
  if (smallest >= 0 && smallest != first && largest - smallest < classes) {
    return fmt::format(
        "if both label files start at {}, add --first-label {}; else give both files the same "
        "numbering",
        smallest, smallest);
  }
  return "the label file is damaged, or the set has more classes than the training set";
}

// The labels counted from `first`, each below `classes`.
std::vector<std::uint8_t> count_from(int first, const std::vector<std::int64_t>& labels,
                                     std::int64_t classes, const std::string& name) {
  const auto outside = [&](std::int64_t label) {
    return label < first || label >= first + classes;
  };
  const auto bad = std::find_if(labels.begin(), labels.end(), outside);
  if (bad != labels.end()) {
    const auto [smallest, largest] = std::minmax_element(labels.begin(), labels.end());
    throw Error("data.label_range",
                fmt::format("{}: label {} at index {}, expected {} to {}", name, *bad,
                            bad - labels.begin(), first, first + classes - 1),
                label_hint(*smallest, *largest, first, classes));
  }
  std::vector<std::uint8_t> bytes;
  bytes.reserve(labels.size());
  for (const auto label : labels) bytes.push_back(static_cast<std::uint8_t>(label - first));
  return bytes;
}

// An absent first class would leave the network with an output that is never trained.
void note_first_label(const Dataset& train, int first_label, std::vector<Finding>& findings) {
  const int smallest = first_label + *std::min_element(train.labels.begin(), train.labels.end());
  if (smallest == first_label) return;
  findings.push_back({"data.first_label", Severity::kError,
                      fmt::format("the labels start at {}, expected {}", smallest, first_label),
                      fmt::format("add --first-label {}", smallest)});
}

}  // namespace

IdxArray as_bytes(IdxArray images, const std::string& name) {
  if (images.type == IdxType::kUnsignedByte) return images;
  refuse_numbers(images, name, "data.not_finite", "are NaN or infinite, expected numbers",
                 "correct the program that computed them",
                 [](float value) { return !std::isfinite(value); });
  refuse_numbers(images, name, "data.range", "are outside [0, 255], expected [0, 1] or [0, 255]",
                 "scale the images first: 0 is background, 1 or 255 is ink",
                 [](float value) { return value < 0.0F || value > 255.0F; });
  const bool unit = std::all_of(images.numbers.begin(), images.numbers.end(),
                                [](float value) { return value <= 1.0F; });
  images.values.reserve(images.numbers.size());
  for (const float value : images.numbers) {
    images.values.push_back(static_cast<std::uint8_t>(std::lround(unit ? 255.0F * value : value)));
  }
  images.numbers = {};
  images.type = IdxType::kUnsignedByte;
  return images;
}

Dataset make_dataset(IdxArray images, const IdxArray& labels, const PartNames& names,
                     std::vector<std::string> class_names, int first_label) {
  check_shapes(images, labels, names);
  images = as_bytes(std::move(images), names.images);
  const auto numbers = label_numbers(labels, names.labels);
  if (class_names.empty()) {
    const auto largest = *std::max_element(numbers.begin(), numbers.end());
    const auto count = std::clamp<std::int64_t>(largest - first_label + 1, 1, kMaxClasses);
    class_names = numbered_class_names(static_cast<int>(count), first_label);
  }
  Dataset set;
  set.labels =
      count_from(first_label, numbers, static_cast<std::int64_t>(class_names.size()), names.labels);
  set.schema.rows = static_cast<int>(images.dims[1]);
  set.schema.cols = static_cast<int>(images.dims[2]);
  set.schema.channels = images.dims.size() == 4 ? static_cast<int>(images.dims[3]) : 1;
  set.schema.class_names = std::move(class_names);
  set.images = std::move(images.values);
  return set;
}

Dataset load_dataset(const fs::path& folder, Part part, const std::vector<std::string>& class_names,
                     const SetOptions& options) {
  require_folder(folder);
  if (options.size) {
    throw Error("config.value",
                fmt::format("{}: --size given, expected it for folders of pictures only: the "
                            "images of an IDX file have one size",
                            folder.string()),
                "leave out --size, or data.size");
  }
  const auto names = part_names(part);
  const auto images = find_idx_file(folder, names.images);
  const auto labels = find_idx_file(folder, names.labels);
  auto set = make_dataset(read_idx(images), read_idx(labels), {images.string(), labels.string()},
                          class_names, options.first_label);
  apply_options(set, options);
  return set;
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

Sets load_training_part(const fs::path& folder, const SetOptions& options) {
  Sets sets;
  sets.train = load_dataset(folder, Part::kTrain,
                            numbered_class_names(options.classes, options.first_label), options);
  sets.findings = passed_over_findings(folder, unused_files(folder));
  note_first_label(sets.train, options.first_label, sets.findings);
  return sets;
}

Sets load_sets(const fs::path& folder, const SetOptions& options) {
  auto sets = load_training_part(folder, options);
  sets.test = load_dataset(folder, Part::kTest, sets.train.schema.class_names, options);
  if (sets.test.schema != sets.train.schema) {
    throw Error("data.schema_mismatch",
                fmt::format("{}: test images are {}x{}x{}, expected {}x{}x{} as in training",
                            folder.string(), sets.test.schema.rows, sets.test.schema.cols,
                            sets.test.schema.channels, sets.train.schema.rows,
                            sets.train.schema.cols, sets.train.schema.channels),
                "the two image files must have images of one size: are they of one set?");
  }
  return sets;
}

}  // namespace digits
