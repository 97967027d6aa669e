#include "photos/sheet.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "photos/ink.h"

namespace digits {

namespace {

constexpr int kSide = 400;            // pixels of the copy that is searched for the sheet
constexpr double kMinArea = 0.12;     // of the picture
constexpr double kMinFill = 0.98;     // of the hull: a sheet is convex, its content lies inside
constexpr double kMinCorners = 0.95;  // of the hull: the polygon of a few corners
constexpr double kMinPaper = 0.7;     // of the sheet: below it, the region is a thick letter
constexpr double kMaxDark = 0.8;      // of the lighter side's brightness, beyond the edge
constexpr double kMinStep = 0.6;      // of the difference in brightness: shadows are softer
constexpr double kMinSheetContrast = 0.1;  // of the sheet's brightness: something is on it
constexpr double kMinWritten = 5e-4;       // of the sheet's area
constexpr double kMargin = 0.015;          // of the sheet's side, left out with the desk

using Outline = std::vector<cv::Point>;

cv::Mat1b filled(const Outline& outline, const cv::Size& size) {
  cv::Mat1b mask(size, std::uint8_t{0});
  cv::fillConvexPoly(mask, outline, cv::Scalar(255));
  return mask;
}

cv::Mat1b shrunk(const cv::Mat1b& mask, int by) {
  cv::Mat1b inner;
  cv::erode(mask, inner, cv::getStructuringElement(cv::MORPH_RECT, {2 * by + 1, 2 * by + 1}));
  return inner;  // the picture's own edge stays: erode treats pixels beyond it as set
}

cv::Mat1b grown(const cv::Mat1b& mask, int by) { return cv::Mat1b(~shrunk(cv::Mat1b(~mask), by)); }

// The hull of the largest region of `mask`, if it has few straight sides; else empty.
Outline straight_outline(const cv::Mat1b& mask) {
  std::vector<Outline> outlines;
  cv::findContours(mask, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  const auto largest = std::max_element(
      outlines.begin(), outlines.end(),
      [](const Outline& a, const Outline& b) { return cv::contourArea(a) < cv::contourArea(b); });
  if (largest == outlines.end()) return {};
  Outline hull, corners;
  cv::convexHull(*largest, hull);
  cv::approxPolyDP(hull, corners, 0.02 * cv::arcLength(hull, true), true);
  const double area = cv::contourArea(hull);
  const bool straight = corners.size() >= 4 && corners.size() <= 6 &&
                        cv::contourArea(*largest) >= kMinFill * area &&
                        cv::contourArea(corners) >= kMinCorners * area;
  return straight && area >= kMinArea * static_cast<double>(mask.total()) ? hull : Outline{};
}

// Whether the brightness changes abruptly at the sheet's edge; at a shadow's edge it does not.
bool has_sharp_edge(const cv::Mat1b& grey, const cv::Mat1b& sheet) {
  const cv::Mat1b inside(shrunk(sheet, 2) - shrunk(sheet, 5));
  const cv::Mat1b beyond(grown(sheet, 5) - grown(sheet, 2));
  const cv::Mat1b near_desk = grown(beyond, 8);  // not along the picture's edge, which has no desk
  if (cv::countNonZero(beyond) == 0) return false;
  const double on = cv::mean(grey, inside & near_desk)[0];
  const double off = cv::mean(grey, beyond)[0];
  const double whole = std::abs(cv::mean(grey, sheet)[0] - cv::mean(grey, ~sheet)[0]);
  return std::min(on, off) <= kMaxDark * std::max(on, off) &&
         std::abs(on - off) >= kMinStep * whole;
}

// Whether the region is a sheet with writing on it, not a thick stroke.
bool is_written_on(const cv::Mat1b& grey, const cv::Mat1b& sheet, const cv::Mat1b& paper) {
  const double area = cv::countNonZero(sheet);
  if (cv::countNonZero(sheet & paper) < kMinPaper * area) return false;
  const bool dark = cv::mean(grey, sheet)[0] < cv::mean(grey, ~sheet)[0];
  cv::Mat1b writing;
  cv::morphologyEx(grey, writing, dark ? cv::MORPH_TOPHAT : cv::MORPH_BLACKHAT,
                   cv::getStructuringElement(cv::MORPH_RECT, {41, 41}));
  const cv::Mat1b inner = shrunk(sheet, static_cast<int>(0.03 * std::sqrt(area)) + 2);
  const double contrast = kMinSheetContrast * std::max(40.0, cv::mean(grey, sheet & paper)[0]);
  return cv::countNonZero((writing > contrast) & inner) >= kMinWritten * area;
}

}  // namespace

std::optional<Sheet> find_sheet(const cv::Mat1b& grey) {
  cv::Mat1b small, light;
  cv::medianBlur(reduced(grey, kSide), small, 5);
  cv::threshold(small, light, 0, 255, cv::THRESH_OTSU);
  for (const cv::Mat1b& paper : {light, cv::Mat1b(~light)}) {
    const auto outline = straight_outline(paper);
    if (outline.empty()) continue;
    const auto sheet = filled(outline, small.size());
    if (!has_sharp_edge(small, sheet) || !is_written_on(small, sheet, paper)) continue;
    const int margin = 2 + static_cast<int>(kMargin * std::sqrt(cv::countNonZero(sheet)));
    cv::Mat1b mask;
    cv::resize(shrunk(sheet, margin), mask, grey.size(), 0, 0, cv::INTER_NEAREST);
    const cv::Rect box = cv::boundingRect(mask);
    if (!box.empty()) return Sheet{box, mask(box).clone()};
  }
  return std::nullopt;
}

}  // namespace digits
