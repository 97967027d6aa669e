#include "data/class_folders.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "data/class_files.h"
#include "data/image_file.h"
#include "data/passed_over.h"
#include "data/photo_set.h"
#include "data/set_folders.h"
#include "data/split.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxSetPixels = std::size_t{1} << 30;

using Paths = std::vector<fs::path>;

void check_classes(const std::vector<std::string>& names, int wanted, const fs::path& part) {
  if (names.size() <= kMaxClasses &&
      (wanted == 0 || static_cast<std::size_t>(wanted) == names.size())) {
    return;
  }
  throw Error("data.classes",
              fmt::format("{}: {} class folders, expected {}", part.string(), names.size(),
                          wanted == 0 ? fmt::format("at most {}", kMaxClasses)
                                      : fmt::format("{} as data.classes says", wanted)),
              "each folder in it counts as a class: move other folders away");
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
      "bring all to one size: --size 28x28 cuts a digit out of each picture, --size 64x64x3 "
      "resizes "
      "the whole picture in colour; any ROWSxCOLS is possible");
}

// All of one size; the first one's size limits the memory before the others are decoded.
std::vector<cv::Mat> read_all(const std::vector<fs::path>& paths, int threads) {
  const auto first = read_pixels(paths.front());
  check_size(first, first.size(), paths.front());
  if (first.total() > kMaxSetPixels / paths.size()) {
    throw Error("data.too_large",
                fmt::format("{} images of {}x{} pixels, expected at most {} pixels in all",
                            paths.size(), first.rows, first.cols, kMaxSetPixels),
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

// The parts of a set: training, validation and test; the last two may be empty.
using PartFiles = std::array<ClassFiles, 3>;

// A set before its images are read.
struct SetFiles {
  SetFolders folders;
  std::vector<std::string> names;  // of the classes
  PartFiles files;
  std::vector<Finding> findings;
};

void require_images(const ClassFiles& files, const fs::path& folder,
                    const std::vector<Finding>& findings) {
  if (folder.empty() || !files.paths.empty()) return;
  throw Error("data.empty",
              fmt::format("{}: 0 images, expected at least 1{}", folder.string(),
                          passed_over_text(findings)),
              "give it images, or remove it to have some of training held out");
}

SetFiles list_set(const fs::path& root, int classes) {
  SetFiles set;
  set.folders = find_set_folders(root);
  const auto& [train, validation, test, in_parts, note] = set.folders;
  set.names = class_names_in(train);
  check_classes(set.names, classes, train);
  auto passed_over = in_parts ? list_entries(root) : Paths();
  for (const auto& part : {train, validation, test}) {
    passed_over.erase(std::remove(passed_over.begin(), passed_over.end(), part), passed_over.end());
  }
  set.files = {list_class_files(train, set.names, passed_over),
               list_class_files(validation, set.names, passed_over),
               list_class_files(test, set.names, passed_over)};
  set.findings = passed_over_findings(root, passed_over);
  if (!note.empty()) set.findings.push_back({"data.parts", Severity::kNote, note});
  if (set.files[0].paths.empty()) throw no_images(train, root, set.findings);
  require_images(set.files[1], validation, set.findings);
  require_images(set.files[2], test, set.findings);
  return set;
}

// The images of all parts in one set, and how many each part has.
struct Parts {
  Dataset all;
  std::array<std::size_t, 3> sizes{};
};

Parts read_at_own_size(const PartFiles& files, const std::vector<std::string>& names, int threads) {
  Parts parts;
  auto& [schema, bytes, labels] = parts.all;
  Paths paths;
  for (std::size_t k = 0; k < files.size(); ++k) {
    paths.insert(paths.end(), files[k].paths.begin(), files[k].paths.end());
    labels.insert(labels.end(), files[k].labels.begin(), files[k].labels.end());
    parts.sizes[k] = files[k].paths.size();
  }
  const auto images = read_all(paths, threads);
  const bool grey = std::all_of(images.begin(), images.end(),
                                [](const cv::Mat& image) { return image.channels() == 1; });
  schema = {images[0].rows, images[0].cols, grey ? 1 : 3, names};
  bytes.reserve(images.size() * schema.image_bytes());
  for (cv::Mat image : images) {
    if (image.channels() != schema.channels) cv::cvtColor(image, image, cv::COLOR_GRAY2RGB);
    bytes.insert(bytes.end(), image.datastart, image.dataend);
  }
  return parts;
}

// A finding about the pictures that were left out.
void note_unread(const std::vector<UnreadablePicture>& unread, std::size_t all,
                 std::vector<Finding>& findings) {
  constexpr std::size_t kShown = 3;
  constexpr std::size_t kMaxUnreadablePercent = 10;  // of 100
  if (unread.empty()) return;
  std::vector<std::string> reasons;
  for (std::size_t i = 0; i < std::min(kShown, unread.size()); ++i) {
    reasons.emplace_back(unread[i].error.what());
  }
  const bool too_many = 100 * unread.size() > kMaxUnreadablePercent * all;
  findings.push_back(
      {"data.unread", too_many ? Severity::kError : Severity::kWarning,
       fmt::format("{} of {} pictures left out, expected one digit in each: {}{}", unread.size(),
                   all, fmt::join(reasons, "; "), unread.size() > kShown ? "; ..." : ""),
       "correct these pictures or move them away; for pictures of other things than "
       "digits use --size ROWSxCOLSx3"});
}

Parts read_at_size(const PartFiles& files, const std::vector<std::string>& names,
                   const PictureSize& size, int threads, std::vector<Finding>& findings) {
  const Schema schema{size.rows, size.cols, size.channels, names};
  const auto count = files[0].paths.size() + files[1].paths.size() + files[2].paths.size();
  if (schema.image_bytes() > kMaxSetPixels / count) {
    throw Error("data.too_large",
                fmt::format("{} images of {}x{}x{}, expected at most {} values in all", count,
                            size.rows, size.cols, size.channels, kMaxSetPixels),
                "take a smaller --size, or fewer images");
  }
  Parts parts{{schema, {}, {}}, {}};
  std::vector<UnreadablePicture> unread;
  for (std::size_t k = 0; k < files.size(); ++k) {
    const auto [set, left_out, notes] = read_photos(files[k], schema, threads);
    parts.all.images.insert(parts.all.images.end(), set.images.begin(), set.images.end());
    parts.all.labels.insert(parts.all.labels.end(), set.labels.begin(), set.labels.end());
    parts.sizes[k] = set.size();
    unread.insert(unread.end(), left_out.begin(), left_out.end());
  }
  note_unread(unread, count, findings);
  require_acceptable(findings, Severity::kError, "pictures");
  return parts;
}

}  // namespace

bool has_class_folders(const fs::path& root) {
  if (kind_of(root) != PathKind::kFolder) return false;
  const auto names = list_names(root);
  return std::none_of(names.begin(), names.end(), is_idx_name) && !class_names_in(root).empty();
}

Sets load_class_folders(const fs::path& root, const SetOptions& options) {
  auto [folders, names, files, findings] = list_set(root, options.classes);
  auto [all, sizes] = options.size
                          ? read_at_size(files, names, *options.size, options.threads, findings)
                          : read_at_own_size(files, names, options.threads);
  apply_options(all, options);
  const auto split = folders.test.empty() ? stratified_split(all, options.test_share, options.seed,
                                                             Stream::kTestPart)
                                          : split_last(all, sizes[2]);
  return {subset(all, split.train), subset(all, split.validation), sizes[1], std::move(findings)};
}

}  // namespace digits
