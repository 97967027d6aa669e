#include "support/photos.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "synthetic/synthetic.h"

namespace digits {

namespace {

// One digit's ink, a square of `side` pixels.
cv::Mat1b draw_digit(int digit, int side, std::uint64_t seed, std::size_t place) {
  SyntheticOptions options;
  options.count = 1;
  options.rows = options.cols = side;
  options.seed = seed;
  options.first_index = 10 * place + static_cast<std::uint64_t>(digit);
  auto set = synthesise(options);
  return cv::Mat1b(side, side, set.images.data()).clone();
}

void draw_mark(cv::Mat1b& ink, char mark, const cv::Rect& frame) {
  const int pen = std::max(3, frame.width / 18);
  const cv::Point middle = (frame.tl() + frame.br()) / 2;
  const cv::Point foot(middle.x, middle.y + frame.height * 5 / 14);
  const cv::Point half(frame.width / 6, 0);
  if (mark == '-') cv::line(ink, middle - half, middle + half, cv::Scalar(255), pen);
  if (mark == '.') cv::circle(ink, foot, pen, cv::Scalar(255), cv::FILLED);
  if (mark == ',') cv::line(ink, foot, foot + cv::Point(-pen, 3 * pen), cv::Scalar(255), pen);
}

// Adds a row of digits and marks whose first frame begins at `start`.
void write_row(cv::Mat1b& ink, const std::string& row, cv::Point start, const PhotoOptions& options,
               std::uint64_t seed) {
  const int side = options.height * 28 / 20;  // the normal form's margin
  const int step = cvRound(options.step * options.height);
  for (std::size_t k = 0; k < row.size(); ++k) {
    const cv::Rect frame(start.x + static_cast<int>(k) * step, start.y, side, side);
    if (row[k] < '0' || row[k] > '9') {
      draw_mark(ink, row[k], frame);
      continue;
    }
    cv::Mat place = ink(frame);
    cv::max(place, draw_digit(row[k] - '0', side, seed, k), place);
  }
}

void print_lines(cv::Mat1b& ink, const PhotoOptions& options, const cv::Rect& written) {
  const int reach = static_cast<int>(options.reach * options.height);
  const int room = options.height / 4;
  const cv::Rect around(written.x - room, written.y - room, written.width + 2 * room,
                        written.height + room + (reach > 0 ? -reach : room));
  if (options.box > 0) cv::rectangle(ink, around, cv::Scalar(255), options.box);
  if (options.underline > 0) {
    cv::line(ink, {around.x - room, around.br().y}, {around.br().x + room, around.br().y},
             cv::Scalar(255), options.underline);
  }
}

// How much ink lies on each pixel, 0 to 255: the digits side by side, in rows.
cv::Mat1b write_line(const PhotoOptions& options, std::uint64_t seed) {
  const int side = options.height * 28 / 20;
  cv::Mat1b ink(options.size, std::uint8_t{0});
  std::vector<std::string> rows(1);
  for (const char c : options.digits) {
    if (c == '\n') rows.emplace_back();
    if (c != '\n') rows.back() += c;
  }
  const int pitch = options.height * 3 / 2;
  const int height = pitch * static_cast<int>(rows.size() - 1) + side;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const int width =
        cvRound(options.step * options.height) * (static_cast<int>(rows[r].size()) - 1) + side;
    const cv::Point start(
        static_cast<int>(options.centre.x * ink.cols) - width / 2,
        static_cast<int>(options.centre.y * ink.rows) - height / 2 + static_cast<int>(r) * pitch);
    write_row(ink, rows[r], start, options, seed + 1000 * r);
  }
  print_lines(ink, options, cv::boundingRect(ink));
  if (options.blur > 0.0) cv::GaussianBlur(ink, ink, {0, 0}, options.blur);
  return ink;
}

// A sheet in the middle of the picture, a little askew: 1 on it, `desk` beside it.
cv::Mat1d lay_on_desk(const PhotoOptions& options) {
  cv::Mat1d reflected(options.size, options.desk == 0.0 ? 1.0 : options.desk);
  if (options.desk == 0.0) return reflected;
  const cv::Point2d size(options.size.width, options.size.height);
  std::vector<cv::Point> corners;
  for (const auto& [x, y] : {std::pair{0.1, 0.13}, {0.88, 0.07}, {0.93, 0.92}, {0.06, 0.95}}) {
    corners.emplace_back(static_cast<int>(x * size.x), static_cast<int>(y * size.y));
  }
  cv::fillConvexPoly(reflected, corners, cv::Scalar(1.0), cv::LINE_AA);
  return reflected;
}

// The share of the light that reaches each pixel.
cv::Mat1d light(const PhotoOptions& options) {
  cv::Mat1d shadow(options.size, 1.0);
  const std::vector<cv::Point> below{{0, options.size.height / 3},
                                     {options.size.width, options.size.height},
                                     {0, options.size.height}};
  cv::fillConvexPoly(shadow, below, cv::Scalar(1.0 - options.shadow));
  cv::GaussianBlur(shadow, shadow, {0, 0}, options.size.width / 40.0);
  for (int x = 0; x < shadow.cols; ++x) shadow.col(x) *= 1.0 - options.gradient * x / shadow.cols;
  return cv::Mat1d(shadow.mul(lay_on_desk(options)));
}

}  // namespace

Schema grey_schema() { return {28, 28, 1, numbered_class_names(10)}; }

PhotoOptions photo_of_line(const std::string& text, int width, int height) {
  PhotoOptions options;
  options.digits = text;
  options.size = {width, height};
  return options;
}

cv::Mat3b compose_photo(const PhotoOptions& options, std::uint64_t seed) {
  const auto ink = write_line(options, seed);
  const auto lit = light(options);
  Rng rng(seed, Stream::kTest, 77);
  cv::Mat3b photo(options.size);
  for (int y = 0; y < photo.rows; ++y) {
    for (int x = 0; x < photo.cols; ++x) {
      const double covered = ink(y, x) / 255.0;
      const cv::Vec3d colour =
          cv::Vec3d(options.paper) * (1.0 - covered) + cv::Vec3d(options.ink) * covered;
      const double grain = options.noise * rng.normal();
      for (int c = 0; c < 3; ++c) {
        photo(y, x)[c] = cv::saturate_cast<std::uint8_t>(colour[c] * lit(y, x) + grain);
      }
    }
  }
  return photo;
}

std::vector<cv::Mat1b> unframed_canvases() {
  cv::Mat1b corner(28, 28, std::uint8_t{0}), full(28, 28, std::uint8_t{0});
  cv::line(corner, {3, 2}, {8, 2}, cv::Scalar(255), 1);
  cv::line(corner, {8, 2}, {5, 11}, cv::Scalar(255), 1);
  cv::line(full, {3, 1}, {23, 1}, cv::Scalar(255), 2);
  cv::line(full, {23, 1}, {12, 26}, cv::Scalar(255), 2);
  return {corner, full, cv::Mat1b(255 - corner), cv::Mat1b(255 - full)};
}

std::string encoded(const std::string& extension, const cv::Mat& image, int quality) {
  std::vector<std::uint8_t> bytes;
  cv::imencode(extension, image, bytes, {cv::IMWRITE_JPEG_QUALITY, quality});
  return {bytes.begin(), bytes.end()};
}

}  // namespace digits
