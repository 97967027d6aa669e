#include "data/image_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "base/captured_stderr.h"
#include "base/error.h"
#include "base/files.h"
#include "base/printable.h"
#include "data/image_header.h"
#include "data/normal_form.h"
#include "data/picture_reader.h"

namespace digits {

namespace {

constexpr std::int64_t kMaxPixels = 50'000'000;

void require_readable(bool readable, std::string_view bytes, const std::string& name,
                      const std::string& warnings = "") {
  if (readable) return;
  throw Error("image.unreadable",
              fmt::format("{}: {} bytes that do not decode whole{}, expected PNG or JPEG", name,
                          bytes.size(), warnings.empty() ? "" : " (" + warnings + ")"),
              "open it in an image viewer: it may be damaged, no image, or of another format");
}

void require_size(std::int64_t rows, std::int64_t cols, const std::string& name) {
  if (cols == 0 || rows <= kMaxPixels / cols) return;
  throw Error(
      "image.too_large",
      fmt::format("{}: {}x{} pixels, expected at most {} in all", name, rows, cols, kMaxPixels),
      "reduce the picture first");
}

// Places a drawing with alpha, [rows, cols, 4], on white paper if it is dark, on black if it is
// light.
cv::Mat3b on_paper(const cv::Mat4b& drawing) {
  double weight = 0.0;
  double brightness = 0.0;
  for (const auto& p : drawing) {
    weight += p[3];
    brightness += p[3] * (p[0] + p[1] + p[2]) / 3.0;
  }
  const double paper = brightness < 127.5 * weight ? 255.0 : 0.0;
  cv::Mat3b flat(drawing.size());
  std::transform(drawing.begin(), drawing.end(), flat.begin(), [&](const cv::Vec4b& p) {
    const double alpha = p[3] / 255.0;
    return cv::Vec3b(cv::Vec3d(p[0], p[1], p[2]) * alpha + cv::Vec3d::all(paper * (1.0 - alpha)));
  });
  return flat;
}

// A decoded file.
struct Decoded {
  cv::Mat3b picture;     // 8-bit BGR, upright and opaque
  std::string warnings;  // of libpng or libjpeg
};

Decoded decode(std::string_view bytes, const std::string& name) {
  const auto header = read_image_header(bytes);
  require_size(header.rows, header.cols, name);
  // OpenCV decodes more formats, but for some it allocates gigabytes on the claim of a few bytes.
  require_readable(header.rows > 0 && header.cols > 0 && !header.truncated, bytes, name);
  const cv::Mat raw(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data()));
  const CapturedStderr warnings;
  cv::Mat image;
  try {
    image = cv::imdecode(raw, cv::IMREAD_UNCHANGED);  // the only way to see alpha
    if (image.type() == CV_16UC4) image.convertTo(image, CV_8U, 1.0 / 257.0);
    // ... which does not apply rotation, depth and grey; rotated photos have no alpha.
    if (image.type() != CV_8UC4) image = cv::imdecode(raw, cv::IMREAD_COLOR);
  } catch (const cv::Exception&) {  // above OpenCV's size limits, or an unsupported conversion
    image.release();
  }
  require_readable(!image.empty(), bytes, name, warnings.lines());
  require_size(image.rows, image.cols, name);
  return {image.channels() == 4 ? on_paper(image) : cv::Mat3b(image), warnings.lines()};
}

// Whether the image looks like the training images: ink on black, in normal form.
bool is_framed(const cv::Mat1b& grey) {
  const cv::Rect inner(1, 1, grey.cols - 2, grey.rows - 2);
  if (inner.empty()) return false;
  const int on_border = cv::countNonZero(grey) - cv::countNonZero(grey(inner));
  return 2 * on_border < static_cast<int>(grey.total()) - inner.area() && has_normal_form(grey);
}

[[noreturn]] void throw_blank(const cv::Mat1b& grey, const std::string& name,
                              const Reading& reading) {
  std::string seen = reading.seen;
  if (!reading.left_out.empty()) seen += ", left out: " + reading.left_out;
  throw Error(
      "image.blank",
      fmt::format("{}: no digit in {}x{} pixels ({}), expected ink with a contrast of 12 % "
                  "or more",
                  name, grey.rows, grey.cols, seen),
      "take the picture closer, sharper or in better light, with some paper around the digit");
}

Picture read_grey(const cv::Mat1b& grey, const std::string& name, const Schema& schema,
                  const ReadOptions& options) {
  const bool is_canvas = grey.rows == schema.rows && grey.cols == schema.cols;
  if (is_canvas && (!options.normal_form || is_framed(grey))) {
    return {{{{{}, grey.size()}, {grey.begin(), grey.end()}}}, ""};
  }
  const auto reading =
      picture_reader().read(grey, is_canvas ? DigitCount::kOne : options.digit_count);
  if (reading.digits.empty()) throw_blank(grey, name, reading);
  Picture picture;
  for (const auto& cutout : reading.digits) {
    const auto image = normal_form(cutout.ink, schema.rows, schema.cols);
    picture.samples.push_back({cutout.box, {image.begin(), image.end()}});
  }
  if (!reading.left_out.empty()) picture.note = "left out: " + reading.left_out;
  return picture;
}

}  // namespace

Picture decode_image(std::string_view bytes, const std::string& name, const Schema& schema,
                     const ReadOptions& options) {
  const auto [decoded, warnings] = decode(bytes, name);
  Picture picture;
  if (schema.channels == 1) {
    cv::Mat1b grey;
    cv::cvtColor(decoded, grey, cv::COLOR_BGR2GRAY);
    picture = read_grey(grey, name, schema, options);
  } else {
    cv::Mat image;
    cv::cvtColor(decoded, image, cv::COLOR_BGR2RGB);
    cv::resize(image, image, {schema.cols, schema.rows}, 0, 0, cv::INTER_AREA);
    picture.samples = {{{{}, decoded.size()}, {image.datastart, image.dataend}}};
  }
  if (!warnings.empty()) picture.note += (picture.note.empty() ? "" : "; ") + warnings;
  return picture;
}

bool is_image_name(const std::filesystem::path& path) {
  const auto suffix = lower_case(path.extension().string());
  return suffix == ".png" || suffix == ".jpg" || suffix == ".jpeg";
}

cv::Mat3b read_picture(const std::filesystem::path& path) {
  return decode(read_file(path), path.string()).picture;
}

Picture read_image(const std::filesystem::path& path, const Schema& schema,
                   const ReadOptions& options) {
  return decode_image(read_file(path), path.string(), schema, options);
}

std::string encode_png(const std::uint8_t* image, const Schema& schema) {
  const cv::Mat source(schema.rows, schema.cols, CV_8UC(schema.channels),
                       const_cast<std::uint8_t*>(image));
  cv::Mat stored;  // a copy: a conversion in place would write into the caller's image
  if (schema.channels == 3) cv::cvtColor(source, stored, cv::COLOR_RGB2BGR);
  std::vector<std::uint8_t> png;
  cv::imencode(".png", schema.channels == 3 ? stored : source, png);
  return {png.begin(), png.end()};
}

void write_png(const std::filesystem::path& path, const std::uint8_t* image, const Schema& schema) {
  write_file(path, encode_png(image, schema), Durability::kUnsynced);
}

}  // namespace digits
