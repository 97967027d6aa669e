#include "data/class_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <opencv2/imgproc.hpp>
#include <tuple>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "data/image_file.h"
#include "data/split.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxClasses = 256;  // labels are bytes
constexpr std::size_t kMaxPixels = std::size_t{1} << 30;

struct ImageFiles {
  std::vector<fs::path> paths;
  std::vector<std::uint8_t> labels;
};

bool is_number(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

// The names of a part's classes: its folders.
std::vector<std::string> class_names_in(const fs::path& part) {
  std::vector<std::string> names;
  for (const auto& entry : list_folder(part)) {
    if (kind_of(entry) == PathKind::kFolder) names.push_back(entry.filename().string());
  }
  if (std::all_of(names.begin(), names.end(), is_number)) {
    const auto by_value = [](const std::string& name) {  // of any length
      const auto digits = name.substr(std::min(name.find_first_not_of('0'), name.size()));
      return std::tuple(digits.size(), digits, name);
    };
    std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
      return by_value(a) < by_value(b);
    });
  }
  return names;
}

void check_classes(const std::vector<std::string>& names, int wanted, const fs::path& part) {
  if (names.size() <= kMaxClasses &&
      (wanted == 0 || static_cast<std::size_t>(wanted) == names.size())) {
    return;
  }
  throw Error("data.classes",
              fmt::format("{}: {} class folders, expected {}", part.string(), names.size(),
                          wanted == 0 ? fmt::format("at most {}", kMaxClasses)
                                      : fmt::format("{} as data.classes says", wanted)),
              "every folder in it is a class: move the others away");
}

// The images of a part, labelled by the position of their folder's name in `names`.
ImageFiles files_in(const fs::path& part, const std::vector<std::string>& names) {
  ImageFiles files;
  for (const auto& name : class_names_in(part)) {
    const auto known = std::find(names.begin(), names.end(), name);
    if (known == names.end()) {
      throw Error(
          "data.label_range",
          fmt::format("{}: class \"{}\", expected those of training only", part.string(), name),
          "remove the folder, or give training one too");
    }
    for (const auto& entry : list_folder(part / name)) {
      if (!is_image_name(entry) || kind_of(entry) != PathKind::kFile) continue;
      files.paths.push_back(entry);
      files.labels.push_back(static_cast<std::uint8_t>(known - names.begin()));
    }
  }
  return files;
}

// [rows, cols] grey, when the picture's channels are equal, or [rows, cols, 3] RGB.
cv::Mat read_pixels(const fs::path& path) {
  cv::Mat image = read_picture(path);
  std::array<cv::Mat, 3> channels;
  cv::split(image, channels.data());
  if (cv::norm(channels[0], channels[1], cv::NORM_INF) == 0 &&
      cv::norm(channels[1], channels[2], cv::NORM_INF) == 0) {
    return channels[0];
  }
  cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
  return image;
}

void check_size(const cv::Mat& image, cv::Size expected, const fs::path& path) {
  if (image.size() == expected && std::max(image.rows, image.cols) <= kMaxSide) return;
  throw Error(
      "data.image_size",
      fmt::format("{}: {}x{} pixels, expected {}x{} as the first image, and sides up to {}",
                  path.string(), image.rows, image.cols, expected.height, expected.width, kMaxSide),
      "bring all images to one size");
}

// All of one size; memory is bounded by the first one's before the others are decoded.
std::vector<cv::Mat> read_all(const std::vector<fs::path>& paths, int threads) {
  const auto first = read_pixels(paths.front());
  check_size(first, first.size(), paths.front());
  if (first.total() > kMaxPixels / paths.size()) {
    throw Error("data.too_large",
                fmt::format("{} images of {}x{} pixels, expected at most {} pixels in all",
                            paths.size(), first.rows, first.cols, kMaxPixels),
                "make the images smaller, or take fewer");
  }
  std::vector<cv::Mat> images(paths.size());
  parallel_for(paths.size(), threads, [&](std::size_t i) {
    throw_if_interrupted("reading images");
    images[i] = read_pixels(paths[i]);
    check_size(images[i], first.size(), paths[i]);
  });
  return images;
}

// The images from number `begin` on that `files` names, grey ones among RGB with three channels.
Dataset join(const ImageFiles& files, const std::vector<cv::Mat>& images, std::size_t begin,
             const Schema& schema) {
  Dataset set{schema, {}, files.labels};
  set.images.reserve(files.paths.size() * schema.image_bytes());
  for (auto i = begin; i < begin + files.paths.size(); ++i) {
    cv::Mat image = images[i];
    if (image.channels() != schema.channels) cv::cvtColor(images[i], image, cv::COLOR_GRAY2RGB);
    set.images.insert(set.images.end(), image.datastart, image.dataend);
  }
  return set;
}

}  // namespace

bool has_class_folders(const fs::path& root) {
  if (kind_of(root) != PathKind::kFolder) return false;
  for (const auto part : {Part::kTrain, Part::kTest}) {
    const auto names = part_names(part);
    for (const auto& name : {names.images, names.labels}) {
      if (kind_of(root / name) != PathKind::kMissing) return false;
      if (kind_of(root / (name + ".gz")) != PathKind::kMissing) return false;
    }
  }
  return !class_names_in(root).empty();
}

Sets load_class_folders(const fs::path& root, const ClassFolderOptions& options) {
  const bool in_parts =
      kind_of(root / "train") == PathKind::kFolder && kind_of(root / "test") == PathKind::kFolder;
  const auto train_part = in_parts ? root / "train" : root;
  const auto names = class_names_in(train_part);
  check_classes(names, options.classes, train_part);
  const auto train = files_in(train_part, names);
  const auto test = in_parts ? files_in(root / "test", names) : ImageFiles();
  if (train.paths.empty()) {
    throw Error("input.missing",
                fmt::format("{}: no images in the folders in it", train_part.string()),
                "expected <class>/*.png, or train/<class>/*.png and test/<class>/*.png");
  }
  if (in_parts && test.paths.empty()) {
    throw Error("data.empty",
                fmt::format("{}: 0 images, expected at least 1", (root / "test").string()),
                "give it images, or remove it to have some of training held out");
  }

  auto paths = train.paths;
  paths.insert(paths.end(), test.paths.begin(), test.paths.end());
  const auto images = read_all(paths, options.threads);
  const bool grey = std::all_of(images.begin(), images.end(),
                                [](const cv::Mat& image) { return image.channels() == 1; });
  const Schema schema{images[0].rows, images[0].cols, grey ? 1 : 3, names};
  auto all = join(train, images, 0, schema);
  if (in_parts) return {std::move(all), join(test, images, train.paths.size(), schema)};
  const auto split = stratified_split(all, options.test_share, options.seed, Stream::kTestPart);
  return {subset(all, split.train), subset(all, split.validation)};
}

}  // namespace digits
