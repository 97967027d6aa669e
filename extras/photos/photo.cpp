#include "photos/photo.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <utility>

#include "photos/ink.h"
#include "photos/printed_lines.h"
#include "photos/sheet.h"

namespace digits {

namespace {

constexpr int kSmallSide = 400;    // pixels: smaller pictures are enlarged
constexpr int kWorkingSide = 800;  // pixels: enough for a line of digits, and fast
constexpr int kLargeSide = 2000;   // pixels: enough for a page of small ones
constexpr int kMinHeight = 40;     // pixels, of a digit: below it the page is read again, enlarged
constexpr double kMinContrast = 0.12;  // of the paper's brightness: less is a blank sheet
constexpr double kInkLevel = 0.4;      // of the strongest ink: the threshold of a stroke
constexpr double kMinPen = 0.09;       // of a digit's height: thinner ones vanish in normal form

// `image` with a longer side of kSmallSide to `most` pixels.
cv::Mat1b scaled(const cv::Mat1b& image, int most) {
  const int side = std::max(image.rows, image.cols);
  if (side >= kSmallSide) return reduced(image, most);
  cv::Mat1b large;
  const double scale = static_cast<double>(kSmallSide) / side;
  cv::resize(image, large, {}, scale, scale, cv::INTER_LINEAR);
  return large;
}

// The part of the picture that is read, and its paper.
struct Work {
  cv::Rect box;     // of the picture
  cv::Mat1b grey;   // of the box, scaled
  cv::Mat1b paper;  // mask; empty: all of it
  cv::Point2d scale() const {
    return {static_cast<double>(box.width) / grey.cols,
            static_cast<double>(box.height) / grey.rows};
  }
};

// Blurs details finer than a stroke: the sensor's noise.
cv::Mat1b denoised(const cv::Mat1b& grey) {
  const double grain = std::max(grey.rows, grey.cols) / 400.0;  // pixels
  cv::Mat1b smooth = grey;
  if (grain >= 0.5) cv::GaussianBlur(grey, smooth, {0, 0}, grain);
  return smooth;
}

Work prepare(const cv::Mat1b& grey, const std::optional<Sheet>& sheet, int side) {
  if (!sheet) return {{{}, grey.size()}, scaled(grey, side), {}};
  Work work{sheet->box, scaled(grey(sheet->box), side), {}};
  cv::resize(sheet->mask, work.paper, work.grey.size(), 0, 0, cv::INTER_NEAREST);
  work.grey = work.grey.clone();
  work.grey.setTo(cv::mean(work.grey, work.paper), ~work.paper);
  return work;
}

double strongest_of(const cv::Mat1f& ink) {
  double strongest = 0.0;
  cv::minMaxLoc(ink, nullptr, &strongest);
  return strongest;
}

// Removes a form's lines, with their soft edges, from the ink.
void erase_lines(cv::Mat1f& ink, LeftOut& left_out) {
  const cv::Mat1b strokes(ink >= kInkLevel * strongest_of(ink));
  const auto printed = find_printed_lines(strokes);
  if (printed.boxes > 0) left_out["box"] += printed.boxes;
  if (printed.lines > 0) left_out["line"] += printed.lines;
  if (printed.boxes + printed.lines == 0) return;
  const int edge = 2 + static_cast<int>(pen_width(printed.mask));
  cv::Mat1b around, kept;
  cv::dilate(printed.mask, around,
             cv::getStructuringElement(cv::MORPH_RECT, {2 * edge + 1, 2 * edge + 1}));
  cv::dilate(cv::Mat1b(strokes & ~printed.mask), kept, cv::Mat());
  ink.setTo(0.0, around & ~kept);
}

// A digit's ink alone, thick enough for the normal form, scaled to full strength.
DigitCrop cut_out(const cv::Mat1b& ink, const cv::Mat1i& labels, const Group& group) {
  cv::Rect box = group.box;
  const double width = pen_width(mask_of(labels, group, box));
  const int missing = static_cast<int>(std::lround(kMinPen * box.height - width));
  const int margin = std::max(1, missing);  // keeps the soft edge, and room for a thicker pen
  box = cv::Rect(box.x - margin, box.y - margin, box.width + 2 * margin, box.height + 2 * margin) &
        cv::Rect({}, ink.size());
  cv::Mat1b mask = mask_of(labels, group, box);
  cv::dilate(mask, mask, cv::Mat());
  cv::Mat1b digit(box.size(), std::uint8_t{0});
  ink(box).copyTo(digit, mask);
  if (missing > 0) {
    cv::dilate(digit, digit,
               cv::getStructuringElement(cv::MORPH_ELLIPSE, {missing + 1, missing + 1}));
  }
  cv::normalize(digit, digit, 0, 255, cv::NORM_MINMAX);
  return {box, digit};
}

// From pixels of the working copy to pixels of the picture.
cv::Rect in_picture(const cv::Rect& box, const Work& work) {
  const auto scale = work.scale();
  const cv::Point2d from(box.x * scale.x, box.y * scale.y);
  const cv::Point2d to(box.br().x * scale.x, box.br().y * scale.y);
  return (cv::Rect(cv::Point(from), cv::Point(to)) + work.box.tl()) & work.box;
}

// The numbers of the message about ink without a digit.
void measure(const cv::Mat1b& ink, const Parts& parts, const Work& work, PhotoContent& content) {
  cv::Mat1b change;
  cv::morphologyEx(ink, change, cv::MORPH_GRADIENT, cv::Mat());
  double steepest = 0.0;
  cv::minMaxLoc(change, nullptr, &steepest);
  content.edge = 2.0 * 255.0 / std::max(1.0, steepest) * work.scale().x;
  for (const auto& box : parts.boxes) {
    const auto size = in_picture(box, work).size();
    if (size.area() > content.largest.area()) content.largest = size;
  }
}

PhotoContent read_work(const Work& work, DigitCount digit_count) {
  PhotoContent content;
  const bool light_on_dark = is_light_on_dark(work.grey);
  auto relative = ink_of(denoised(work.grey), light_on_dark);
  if (!work.paper.empty()) {
    relative.setTo(0.0, ~work.paper);
    content.left_out["desk"] = 1;
  }
  content.contrast = strongest_of(relative);
  if (content.contrast < kMinContrast) return content;
  erase_lines(relative, content.left_out);
  const double strongest = strongest_of(relative);
  if (strongest < kMinContrast) return content;

  cv::Mat1b ink;
  relative.convertTo(ink, CV_8U, 255.0 / strongest);
  const auto parts = find_parts(ink, cv::Mat1b(ink >= kInkLevel * 255.0));
  measure(ink, parts, work, content);
  for (const auto& digit : digit_count == DigitCount::kOne
                               ? group_as_one(parts, content.left_out)
                               : group_digits(parts, content.left_out)) {
    content.digits.push_back(cut_out(ink, parts.labels, digit));
    auto& box = content.digits.back().box;
    box = in_picture(box, work);
  }
  return content;
}

// "2 dashes, 1 box"
std::string listed(const LeftOut& left_out) {
  std::string text;
  for (const auto& [what, count] : left_out) {
    const char* plural = what == "dash" || what == "box" ? "es" : "s";
    text +=
        fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, what, count > 1 ? plural : "");
  }
  return text;
}

std::string described(const PhotoContent& content) {
  auto text = fmt::format("contrast {:.0f} % of the paper's brightness", 100 * content.contrast);
  if (!content.largest.empty()) {
    text += fmt::format(", edges {:.0f} pixels wide, largest piece of ink {}x{} pixels",
                        content.edge, content.largest.height, content.largest.width);
  }
  return text;
}

}  // namespace

PhotoContent cut_out_digits(const cv::Mat1b& grey, DigitCount digit_count) {
  const auto sheet = find_sheet(grey);
  const auto work = prepare(grey, sheet, kWorkingSide);
  auto content = read_work(work, digit_count);
  const auto is_small = [&](const DigitCrop& digit) {
    return digit.box.height < kMinHeight * work.scale().y;
  };
  const bool reduced_much = work.scale().y > 1.2;
  if (!reduced_much || !std::all_of(content.digits.begin(), content.digits.end(), is_small))
    return content;
  return read_work(prepare(grey, sheet, kLargeSide), digit_count);
}

Reading read_photo(const cv::Mat1b& grey, DigitCount digit_count) {
  auto content = cut_out_digits(grey, digit_count);
  auto seen = described(content);
  return {std::move(content.digits), listed(content.left_out), std::move(seen)};
}

}  // namespace digits
