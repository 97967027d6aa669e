#include "photos/printed_lines.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "photos/ink.h"

namespace digits {

namespace {

constexpr double kMinSlender = 12.0;  // length of a line, in its thicknesses
constexpr double kMaxTilt = 0.1;      // of a line, rise by length
constexpr double kMinStraight = 0.7;  // of a line's pixels: the others belong to strokes
constexpr double kMaxGap = 5.0;       // pixels: the longest gap in a thin line
constexpr double kMinInside = 0.3;    // of a box's opening: the height of its content

// A long thin piece, level or upright.
struct Line {
  cv::Rect box;
  double thickness = 0.0;
  cv::Mat1b pixels;  // of the box, without crossing strokes
  bool printed = false;
};

// Adds the parts whose opening holds large content, and counts them.
int add_boxes(const cv::Mat1b& strokes, cv::Mat1b& boxes) {
  std::vector<std::vector<cv::Point>> contours;
  std::vector<cv::Vec4i> tree;  // next, previous, first child, parent
  cv::findContours(strokes, contours, tree, cv::RETR_TREE, cv::CHAIN_APPROX_NONE);
  std::vector<bool> is_box(contours.size(), false);
  for (std::size_t k = 0; k < contours.size(); ++k) {
    const int hole = tree[k][3];
    const int owner = hole < 0 ? -1 : tree[static_cast<std::size_t>(hole)][3];
    if (owner < 0) continue;  // not inside another part's opening
    const auto opening = cv::boundingRect(contours[static_cast<std::size_t>(hole)]);
    if (cv::boundingRect(contours[k]).height < kMinInside * opening.height) continue;
    is_box[static_cast<std::size_t>(owner)] = true;
  }
  cv::Mat1i labels;
  cv::connectedComponents(strokes, labels);
  int count = 0;
  for (std::size_t k = 0; k < contours.size(); ++k) {
    if (!is_box[k]) continue;
    ++count;
    boxes |= labels == labels(contours[k].front());
  }
  return count;
}

// The median height of the non-empty columns.
double thickness_of(const cv::Mat1b& pixels) {
  cv::Mat1i sums;
  cv::reduce(pixels, sums, 0, cv::REDUCE_SUM, CV_32S);
  std::vector<int> heights;
  for (const int sum : sums) {
    if (sum > 0) heights.push_back(sum / 255);
  }
  if (heights.empty()) return 0.0;
  const auto middle = heights.begin() + static_cast<std::ptrdiff_t>(heights.size() / 2);
  std::nth_element(heights.begin(), middle, heights.end());
  return *middle;
}

// The longest run of columns without ink on a level line, where no stroke crosses it either:
// between strokes of several digits there are gaps. `fit` is a direction and a point of the line.
int longest_gap(const cv::Mat1b& strokes, const cv::Vec4d& fit, const cv::Rect& box) {
  int longest = 0, gap = 0;
  for (int x = box.x; x < box.br().x; ++x) {
    const int y = cvRound(fit[3] + fit[1] / fit[0] * (x - fit[2]));
    const cv::Rect near(x, y - 1, 1, 3);
    const bool inked = cv::countNonZero(strokes(near & cv::Rect({}, strokes.size()))) > 0;
    gap = inked ? 0 : gap + 1;
    longest = std::max(longest, gap);
  }
  return longest;
}

// The straight level line through most of the pixels; thickness 0 if there is none. `strokes` has
// the pixels and the strokes that cross them.
Line line_through(const cv::Mat1b& pixels, const cv::Mat1b& strokes, cv::Point origin) {
  Line line;
  const double thickness = thickness_of(pixels);
  if (thickness == 0.0 || pixels.cols < kMinSlender * thickness) return line;
  std::vector<cv::Point> points, kept;
  cv::findNonZero(pixels, points);
  cv::Vec4f fit;  // direction, point
  cv::fitLine(points, fit, cv::DIST_HUBER, 0, 0.01, 0.01);
  const cv::Vec4d at(fit);
  if (std::abs(at[1]) > kMaxTilt * std::abs(at[0])) return line;
  const double slope = at[1] / at[0];
  line.pixels = cv::Mat1b(pixels.size(), std::uint8_t{0});
  for (const auto& point : points) {
    const double away = point.y - at[3] - slope * (point.x - at[2]);
    if (std::abs(away) > 0.75 * thickness + 1.0) continue;
    kept.push_back(point);
    line.pixels(point) = 255;
  }
  const auto box = cv::boundingRect(kept);
  if (static_cast<double>(kept.size()) < kMinStraight * static_cast<double>(points.size()) ||
      box.width < kMinSlender * thickness ||
      longest_gap(strokes, at, box) > std::max(thickness, kMaxGap)) {
    return line;
  }
  line.box = box + origin;
  line.pixels = line.pixels(box).clone();
  line.thickness = thickness;
  return line;
}

// The level lines of a mask. Opening by an upright stick keeps strokes thicker than a pen, so that
// strokes that cross a line do not belong to it.
std::vector<Line> level_lines(const cv::Mat1b& strokes, int pen) {
  cv::Mat1b thick, joined;
  cv::morphologyEx(strokes, thick, cv::MORPH_OPEN,
                   cv::getStructuringElement(cv::MORPH_RECT, {1, pen + 1}));
  const cv::Mat1b thin(strokes & ~thick);
  cv::morphologyEx(thin, joined, cv::MORPH_CLOSE,
                   cv::getStructuringElement(cv::MORPH_RECT, {3 * pen + 1, 3}));
  cv::Mat1i labels, stats;
  cv::Mat1d centroids;
  const int count = cv::connectedComponentsWithStats(joined, labels, stats, centroids);
  std::vector<Line> lines;
  for (int k = 1; k < count; ++k) {
    const cv::Rect around(stats(k, cv::CC_STAT_LEFT), stats(k, cv::CC_STAT_TOP),
                          stats(k, cv::CC_STAT_WIDTH), stats(k, cv::CC_STAT_HEIGHT));
    const cv::Mat1b pixels((labels(around) == k) & thin(around));
    const auto line = line_through(pixels, strokes(around), around.tl());
    if (line.thickness > 0.0) lines.push_back(line);
  }
  return lines;
}

std::vector<Line> upright_lines(const cv::Mat1b& strokes, int pen) {
  auto lines = level_lines(cv::Mat1b(strokes.t()), pen);
  for (auto& line : lines) {
    line.box = {line.box.y, line.box.x, line.box.height, line.box.width};
    line.pixels = cv::Mat1b(line.pixels.t());
  }
  return lines;
}

// Whether an upright line ends, at `y`, on the level one.
bool meets(const Line& upright, int y, const Line& level) {
  const int near = 4 + static_cast<int>(3.0 * std::max(upright.thickness, level.thickness));
  const int x = upright.box.x + upright.box.width / 2;
  return x >= level.box.x - near && x <= level.box.br().x + near && y >= level.box.y - near &&
         y <= level.box.br().y + near;
}

// Whether it runs from one of the level lines to another.
bool is_side(const Line& upright, const std::vector<Line>& levels, bool printed_only) {
  const auto ends_on_one = [&](int y) {
    return std::any_of(levels.begin(), levels.end(), [&](const Line& level) {
      return (level.printed || !printed_only) && meets(upright, y, level);
    });
  };
  return ends_on_one(upright.box.y) && ends_on_one(upright.box.br().y - 1);
}

void erase(cv::Mat1b& mask, const Line& line) { mask(line.box) &= ~line.pixels; }

// The size of the largest part, and the width of its pen.
struct Largest {
  cv::Size size;
  double pen = 0.0;
};

Largest largest_part(const cv::Mat1b& strokes) {
  cv::Mat1i labels, stats;
  cv::Mat1d centroids;
  const int count = cv::connectedComponentsWithStats(strokes, labels, stats, centroids);
  int best = 0, extent = 0;
  for (int k = 1; k < count; ++k) {
    const int size = stats(k, cv::CC_STAT_WIDTH) + stats(k, cv::CC_STAT_HEIGHT);
    if (size > extent) best = k, extent = size;
  }
  if (best == 0) return {};
  const cv::Rect box(stats(best, cv::CC_STAT_LEFT), stats(best, cv::CC_STAT_TOP),
                     stats(best, cv::CC_STAT_WIDTH), stats(best, cv::CC_STAT_HEIGHT));
  return {box.size(), pen_width(cv::Mat1b(labels(box) == best))};
}

// No stroke of a digit is twice as long as the rest of the digit is wide, and as long as the digit
// is high. A line much thinner than the pen may be shorter.
bool is_printed_line(double length, double thickness, double along, double across, double pen) {
  const bool longer = length >= 2.0 * along && length >= across;
  const bool thinner = thickness <= 0.6 * pen && length >= 1.2 * along && length >= 0.8 * across;
  return longer || thinner;
}

}  // namespace

PrintedLines find_printed_lines(const cv::Mat1b& strokes) {
  PrintedLines found{cv::Mat1b(strokes.size(), std::uint8_t{0})};
  found.boxes = add_boxes(strokes, found.mask);
  const cv::Mat1b left(strokes & ~found.mask);
  const int pen = static_cast<int>(std::ceil(1.5 * pen_width(left))) + 1;
  auto levels = level_lines(left, pen);
  auto uprights = upright_lines(left, pen);

  cv::Mat1b rest = left.clone();
  for (const auto& line : levels) erase(rest, line);
  for (const auto& line : uprights) {
    if (is_side(line, levels, false)) erase(rest, line);
  }
  const auto largest = largest_part(rest);
  for (auto& line : levels) {
    line.printed = is_printed_line(line.box.width, line.thickness, largest.size.width,
                                   largest.size.height, largest.pen);
  }
  int sides = 0;
  for (auto& line : uprights) {
    const bool side = is_side(line, levels, true);
    line.printed = side || (!largest.size.empty() && line.box.height >= 2 * largest.size.height &&
                            line.box.height >= largest.size.width);
    sides += side ? 1 : 0;
  }
  int others = 0;
  for (const auto* lines : {&levels, &uprights}) {
    for (const auto& line : *lines) {
      if (!line.printed) continue;
      found.mask(line.box) |= line.pixels;
      ++others;
    }
  }
  if (sides >= 2) {
    found.boxes += sides / 2;
  } else {
    found.lines = others;
  }
  return found;
}

}  // namespace digits
