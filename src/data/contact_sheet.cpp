#include "data/contact_sheet.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "base/rng.h"
#include "data/image_file.h"

namespace digits {

namespace {

constexpr int kMaxRows = 40;            // classes
constexpr std::size_t kOriginals = 6;   // images per class
constexpr std::uint64_t kVersions = 3;  // augmented, beside each of them
constexpr int kCell = 56;               // pixels: approximate longer side of an image as drawn
constexpr int kGap = 4;                 // pixels between images
constexpr int kNameWidth = 90;          // pixels for a class's name
const cv::Scalar kGround(64, 64, 64);
const cv::Scalar kFrame(255, 170, 60);
const cv::Scalar kText(230, 230, 230);

// The first images of each class, at most kOriginals.
std::vector<std::vector<std::size_t>> first_of_class(const Dataset& set) {
  std::vector<std::vector<std::size_t>> first(static_cast<std::size_t>(set.schema.classes()));
  for (std::size_t i = 0; i < set.size(); ++i) {
    auto& indices = first[set.labels[i]];
    if (indices.size() < kOriginals) indices.push_back(i);
  }
  return first;
}

// The size of an image as drawn: small images are enlarged by a whole factor.
cv::Size cell_size(const Schema& schema) {
  const int longer = std::max(schema.rows, schema.cols);
  if (longer <= kCell) return cv::Size(schema.cols, schema.rows) * (kCell / longer);
  return {std::max(1, schema.cols * kCell / longer), std::max(1, schema.rows * kCell / longer)};
}

}  // namespace

cv::Mat3b thumbnail(const std::uint8_t* image, const Schema& schema) {
  cv::Mat picture(schema.rows, schema.cols, CV_8UC(schema.channels),
                  const_cast<std::uint8_t*>(image));
  if (schema.channels == 1) cv::cvtColor(picture, picture, cv::COLOR_GRAY2RGB);
  cv::Mat3b cell;
  const bool small = std::max(schema.rows, schema.cols) <= kCell;
  cv::resize(picture, cell, cell_size(schema), 0, 0, small ? cv::INTER_NEAREST : cv::INTER_AREA);
  return cell;
}

void write_contact_sheet(const std::filesystem::path& path, const Dataset& set,
                         const AugmentOptions& options, std::uint64_t seed) {
  const auto& schema = set.schema;
  const auto cell = cell_size(schema);
  const auto across = static_cast<int>(kOriginals * (1 + kVersions));
  const int down = std::min(schema.classes(), kMaxRows);
  cv::Mat sheet(kGap + down * (cell.height + kGap), kNameWidth + across * (cell.width + kGap),
                CV_8UC3, kGround);

  const auto first = first_of_class(set);
  std::vector<std::uint8_t> changed(schema.image_bytes());
  for (int row = 0; row < down; ++row) {
    const auto k = static_cast<std::size_t>(row);
    const int y = kGap + row * (cell.height + kGap);
    cv::putText(sheet, schema.class_names[k].substr(0, 8), {kGap, y + cell.height / 2 + 5},
                cv::FONT_HERSHEY_SIMPLEX, 0.5, kText, 1, cv::LINE_AA);
    int x = kNameWidth;
    for (const auto i : first[k]) {
      const cv::Rect frame(x, y, cell.width, cell.height);
      thumbnail(set.image(i), schema).copyTo(sheet(frame));
      cv::rectangle(sheet, frame + cv::Point(-1, -1) + cv::Size(2, 2), kFrame, 1);
      x += cell.width + kGap;
      for (std::uint64_t version = 0; version < kVersions; ++version) {
        augment(options, schema, set.image(i), changed.data(),
                Rng(seed, Stream::kAugment, version << 32 | i));
        thumbnail(changed.data(), schema).copyTo(sheet(cv::Rect({x, y}, cell)));
        x += cell.width + kGap;
      }
    }
  }
  write_png(path, sheet.data, {sheet.rows, sheet.cols, 3, {}});
}

}  // namespace digits
