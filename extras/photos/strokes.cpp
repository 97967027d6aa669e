#include "photos/strokes.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>

#include "photos/ink.h"
#include "photos/reading_order.h"

namespace digits {

namespace {

constexpr double kMinPart = 0.15;    // of the largest part's extent: a smaller part is a speck
constexpr double kMinDigit = 0.012;  // of the picture's longer side: so is a part below this
constexpr double kMinEdge = 16.0;    // of 255 per pixel: shadows are softer than ink
constexpr double kSoftEdge = 0.12;   // of a part's extent: ink may be as soft as this
constexpr double kMinRow = 0.45;     // of the row's height: a lower group is a mark
constexpr double kMinOfAll = 0.25;   // of the greatest height of all rows: so is a group below this
constexpr double kBlob = 0.45;       // of its extent: a digit's pen is thinner

int extent(const cv::Rect& box) { return std::max(box.width, box.height); }

// A thin line across the whole picture is its edge or a ruling, unless the picture is no wider.
bool crosses(const cv::Rect& box, const cv::Size& picture) {
  return (box.width >= picture.width && box.height < kMinPart * picture.height) ||
         (box.height >= picture.height && box.width < kMinPart * picture.width);
}

// Large strokes may have softer edges than small ones.
bool is_sharp(const Parts& parts, std::size_t k) {
  const double large = 255.0 / (kSoftEdge * extent(parts.boxes[k]));
  return parts.edges[k] >= std::max(std::min(kMinEdge, large), 3.0 * parts.grain);
}

// Each part that is a stroke, as a group of its own.
std::vector<Group> find_strokes(const Parts& parts, LeftOut& left_out) {
  std::vector<Group> strokes;
  double smallest = kMinDigit * std::max(parts.labels.rows, parts.labels.cols);
  for (std::size_t k = 0; k < parts.boxes.size(); ++k) {
    if (crosses(parts.boxes[k], parts.labels.size()) || !is_sharp(parts, k)) continue;
    strokes.push_back({parts.boxes[k], {static_cast<int>(k) + 1}});
    smallest = std::max(smallest, kMinPart * extent(parts.boxes[k]));
  }
  const auto specks = std::remove_if(strokes.begin(), strokes.end(),
                                     [&](const Group& g) { return extent(g.box) < smallest; });
  if (specks != strokes.end()) {
    left_out["speck"] += static_cast<int>(strokes.end() - specks);
    strokes.erase(specks, strokes.end());
  }
  return strokes;
}

// Whether two parts lie above each other and are near enough to be one digit. Two parts of equal
// height are digits of two rows, unless they nearly touch.
bool belong_together(const cv::Rect& a, const cv::Rect& b) {
  const int overlap = std::min(a.br().x, b.br().x) - std::max(a.x, b.x);
  const int gap = std::max(a.y, b.y) - std::min(a.br().y, b.br().y);
  const int taller = std::max(a.height, b.height);
  const bool alike = std::min(a.height, b.height) > 0.7 * taller;
  return 2 * overlap >= std::min(a.width, b.width) && (alike ? 12 : 3) * gap <= taller;
}

std::vector<Group> join(const std::vector<Group>& strokes) {
  if (strokes.empty()) return {};  // cv::partition reads the first element
  std::vector<int> digit_of;
  const int count = cv::partition(strokes, digit_of, [](const Group& a, const Group& b) {
    return belong_together(a.box, b.box);
  });
  std::vector<Group> groups(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < strokes.size(); ++k) {
    auto& digit = groups[static_cast<std::size_t>(digit_of[k])];
    digit.box |= strokes[k].box;
    digit.labels.push_back(strokes[k].labels.front());
  }
  return groups;
}

// A level bar, up to a slope of about one in three.
bool is_dash(const cv::Rect& box, const cv::Mat1b& mask) {
  if (box.width < 2 * box.height) return false;
  std::vector<cv::Point> points;
  cv::findNonZero(mask, points);
  const auto around = cv::minAreaRect(points).size;
  const double area = static_cast<double>(around.width) * around.height;
  const double slender =
      std::max(around.width, around.height) / std::max(1.0F, std::min(around.width, around.height));
  return slender >= 2.5 && static_cast<double>(points.size()) >= 0.7 * area;
}

// The name of a group that is no digit, in a row of this height; else empty.
std::string name_of_mark(const Parts& parts, const Group& group, double row, double of_all) {
  const auto mask = mask_of(parts.labels, group, group.box);
  if (is_dash(group.box, mask)) return "dash";
  const bool blob = pen_width(mask) >= kBlob * extent(group.box);
  if (blob) return "dot";
  const bool low = group.box.height < std::max(kMinRow * row, kMinOfAll * of_all);
  return low ? "mark" : "";
}

}  // namespace

Parts find_parts(const cv::Mat1b& ink, const cv::Mat1b& strokes) {
  Parts parts;
  cv::Mat1i stats;
  cv::Mat1d centroids;
  const int count = cv::connectedComponentsWithStats(strokes, parts.labels, stats, centroids);
  for (int k = 1; k < count; ++k) {
    parts.boxes.emplace_back(stats(k, cv::CC_STAT_LEFT), stats(k, cv::CC_STAT_TOP),
                             stats(k, cv::CC_STAT_WIDTH), stats(k, cv::CC_STAT_HEIGHT));
    const auto& box = parts.boxes.back();
    const cv::Mat1b part(parts.labels(box) == k);
    cv::Mat1b change;
    cv::morphologyEx(ink(box), change, cv::MORPH_GRADIENT, cv::Mat());
    parts.edges.push_back(cv::mean(change, inner_edge(part))[0] / 2.0);
  }
  cv::Mat1b change;
  cv::morphologyEx(ink, change, cv::MORPH_GRADIENT, cv::Mat());
  const auto middle = change.begin() + static_cast<std::ptrdiff_t>(change.total() / 2);
  std::nth_element(change.begin(), middle, change.end());
  parts.grain = *middle / 2.0;
  return parts;
}

std::vector<Group> group_digits(const Parts& parts, LeftOut& left_out) {
  const auto groups = join(find_strokes(parts, left_out));
  std::vector<cv::Rect> boxes;
  int of_all = 0;
  for (const auto& group : groups) {
    boxes.push_back(group.box);
    of_all = std::max(of_all, group.box.height);
  }
  std::vector<Group> kept;
  for (const auto& row : reading_order(boxes)) {
    int height = 0;
    for (const auto k : row) height = std::max(height, boxes[k].height);
    for (const auto k : row) {
      const auto mark = name_of_mark(parts, groups[k], height, of_all);
      if (mark.empty()) {
        kept.push_back(groups[k]);
      } else {
        ++left_out[mark];
      }
    }
  }
  return kept;
}

std::vector<Group> group_as_one(const Parts& parts, LeftOut& left_out) {
  Group all;
  for (const auto& stroke : find_strokes(parts, left_out)) {
    all.box |= stroke.box;
    all.labels.push_back(stroke.labels.front());
  }
  return all.labels.empty() ? std::vector<Group>{} : std::vector<Group>{all};
}

// One pass for any number of parts: a sheet of dots has thousands.
cv::Mat1b mask_of(const cv::Mat1i& labels, const Group& group, const cv::Rect& box) {
  const cv::Mat1i inside = labels(box);
  cv::Mat1b mask(box.size());
  std::transform(inside.begin(), inside.end(), mask.begin(), [&](int label) {
    const bool own = std::binary_search(group.labels.begin(), group.labels.end(), label);
    return static_cast<std::uint8_t>(own ? 255 : 0);
  });
  return mask;
}

}  // namespace digits
