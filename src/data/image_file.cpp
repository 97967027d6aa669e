#include "data/image_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/files.h"
#include "data/normal_form.h"

namespace digits {

namespace {

constexpr int kMaxPixels = 50'000'000;
constexpr int kMinContrast = 32;  // of 255: less between paper and ink is a blank sheet

std::uint8_t border_median(const cv::Mat1b& grey) {
  std::vector<std::uint8_t> border;
  for (int x = 0; x < grey.cols; ++x) {
    border.push_back(grey(0, x));
    border.push_back(grey(grey.rows - 1, x));
  }
  for (int y = 0; y < grey.rows; ++y) {
    border.push_back(grey(y, 0));
    border.push_back(grey(y, grey.cols - 1));
  }
  const auto middle = border.begin() + static_cast<std::ptrdiff_t>(border.size() / 2);
  std::nth_element(border.begin(), middle, border.end());
  return *middle;
}

// Ink on paper 0, whichever of the two was the darker one.
cv::Mat1b ink_of(const cv::Mat1b& grey, const std::string& name) {
  cv::Mat1b ink;
  cv::absdiff(grey, cv::Scalar(border_median(grey)), ink);
  double contrast = 0.0;
  cv::minMaxLoc(ink, nullptr, &contrast);
  if (contrast < kMinContrast) {
    throw Error("image.blank",
                fmt::format("{}: contrast {:.0f} of 255, expected at least {}", name, contrast,
                            kMinContrast),
                "is there a digit in the picture?");
  }
  ink.convertTo(ink, CV_8U, 255.0 / contrast);
  return ink;
}

cv::Mat decode(std::string_view bytes, const std::string& name, int flags) {
  cv::Mat image;
  try {
    const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
    if (!bytes.empty()) image = cv::imdecode(raw, flags);
  } catch (const cv::Exception&) {  // a size over OpenCV's own limits; the check below names it
  }
  if (image.empty()) {
    throw Error("image.unreadable",
                fmt::format("{}: {} bytes that do not decode, expected PNG, JPEG or the like", name,
                            bytes.size()),
                "open it in an image viewer: it may be damaged, or no image");
  }
  if (image.total() > kMaxPixels) {
    throw Error("image.too_large",
                fmt::format("{}: {}x{} pixels, expected at most {} in all", name, image.rows,
                            image.cols, kMaxPixels),
                "make it smaller first");
  }
  return image;
}

}  // namespace

std::vector<std::uint8_t> decode_image(std::string_view bytes, const std::string& name,
                                       const Schema& schema) {
  cv::Mat image;
  if (schema.channels == 1) {
    const cv::Mat1b grey = decode(bytes, name, cv::IMREAD_GRAYSCALE);
    const bool as_trained =
        grey.rows == schema.rows && grey.cols == schema.cols && border_median(grey) == 0;
    const cv::Mat1b ink = ink_of(grey, name);
    image = as_trained ? grey : normal_form(ink, schema.rows, schema.cols);
  } else {
    cv::cvtColor(decode(bytes, name, cv::IMREAD_COLOR), image, cv::COLOR_BGR2RGB);
    cv::resize(image, image, {schema.cols, schema.rows}, 0, 0, cv::INTER_AREA);
  }
  return {image.datastart, image.dataend};
}

std::vector<std::uint8_t> read_image(const std::filesystem::path& path, const Schema& schema) {
  return decode_image(read_file(path), path.string(), schema);
}

void write_png(const std::filesystem::path& path, const std::uint8_t* image, const Schema& schema) {
  const cv::Mat source(schema.rows, schema.cols, CV_8UC(schema.channels),
                       const_cast<std::uint8_t*>(image));
  cv::Mat stored;  // apart from `source`: a conversion in place would write into the caller's image
  if (schema.channels == 3) cv::cvtColor(source, stored, cv::COLOR_RGB2BGR);
  std::vector<std::uint8_t> png;
  cv::imencode(".png", schema.channels == 3 ? stored : source, png);
  write_file(path, {reinterpret_cast<const char*>(png.data()), png.size()}, Durability::kUnsynced);
}

}  // namespace digits
