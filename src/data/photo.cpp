#include "data/photo.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace digits {

namespace {

constexpr int kWorkingSide = 800;      // pixels: enough for a line of digits, and fast
constexpr int kPaperSide = 160;        // pixels: paper is smooth, so a small copy shows it
constexpr double kMinContrast = 0.12;  // of the paper's brightness: less is a blank sheet
constexpr double kInkLevel = 0.4;      // of the strongest ink: from here on it is a stroke
constexpr double kMinPart = 0.15;      // of the largest part's extent: anything smaller is a speck
constexpr double kMinDigit = 0.04;     // of the picture's longer side: so is anything below this
constexpr double kMinEdge = 16.0;      // of 255 per pixel: shadows are softer than ink
constexpr double kMinPen = 0.09;       // of a digit's height: thinner ones vanish in normal form

// `image` reduced so that its longer side has at most `side` pixels.
cv::Mat1b reduced(const cv::Mat1b& image, int side) {
  const double scale = static_cast<double>(side) / std::max(image.rows, image.cols);
  if (scale >= 1.0) return image;
  cv::Mat1b small;
  cv::resize(image, small,
             {std::max(1, static_cast<int>(std::lround(image.cols * scale))),
              std::max(1, static_cast<int>(std::lround(image.rows * scale)))},
             0, 0, cv::INTER_AREA);
  return small;
}

// The terms of a quadratic surface at a pixel, in coordinates of about [-1, 1].
cv::Vec6d quadratic(const cv::Size& size, int x, int y) {
  const double u = 2.0 * x / size.width - 1.0;
  const double v = 2.0 * y / size.height - 1.0;
  return {1.0, u, v, u * u, u * v, v * v};
}

struct RimPixel {
  cv::Vec6d terms;
  double grey = 0.0;
};

std::vector<RimPixel> rim_of(const cv::Mat1b& grey) {
  const int width = std::max(1, std::min(grey.rows, grey.cols) / 20);
  const cv::Rect inner(width, width, grey.cols - 2 * width, grey.rows - 2 * width);
  std::vector<RimPixel> rim;
  for (int y = 0; y < grey.rows; ++y) {
    for (int x = 0; x < grey.cols; ++x) {
      if (!inner.contains({x, y})) {
        rim.push_back({quadratic(grey.size(), x, y), static_cast<double>(grey(y, x))});
      }
    }
  }
  return rim;
}

// The coefficients of the paper's brightness: the quadratic surface that fits the picture's rim,
// most of which is paper. What fits worse than two thirds of the rim is taken for ink and left out
// (least trimmed squares: Rousseeuw and Van Driessen, 2006).
cv::Vec6d fit_paper(std::vector<RimPixel> rim) {
  const auto kept = rim.begin() + static_cast<std::ptrdiff_t>((2 * rim.size() + 2) / 3);
  cv::Vec6d surface;
  std::nth_element(rim.begin(), rim.begin() + static_cast<std::ptrdiff_t>(rim.size() / 2),
                   rim.end(), [](const auto& a, const auto& b) { return a.grey < b.grey; });
  surface[0] = rim[rim.size() / 2].grey;  // begins with a level one
  for (int step = 0; step < 10; ++step) {
    const auto misfit = [&](const RimPixel& p) { return std::abs(p.grey - surface.dot(p.terms)); };
    std::nth_element(rim.begin(), kept - 1, rim.end(),
                     [&](const auto& a, const auto& b) { return misfit(a) < misfit(b); });
    cv::Matx66d normal = cv::Matx66d::zeros();
    cv::Vec6d right;
    for (auto p = rim.begin(); p != kept; ++p) {
      normal += p->terms * p->terms.t();
      right += p->grey * p->terms;
    }
    cv::solve(normal, right, surface, cv::DECOMP_SVD);
  }
  return surface;
}

std::vector<double> deviations_from_paper(const cv::Mat1b& grey) {
  const auto surface = fit_paper(rim_of(grey));
  std::vector<double> result;
  for (int y = 0; y < grey.rows; ++y) {
    for (int x = 0; x < grey.cols; ++x) {
      result.push_back(grey(y, x) - surface.dot(quadratic(grey.size(), x, y)));
    }
  }
  return result;
}

// Ink is what deviates most: compares the far ends of the distribution, without its outliers.
bool is_light_on_dark(const cv::Mat1b& grey) {
  auto deviation = deviations_from_paper(reduced(grey, kPaperSide));
  const auto quantile = [&](double q) {
    const auto place = deviation.begin() +
                       static_cast<std::ptrdiff_t>(q * static_cast<double>(deviation.size() - 1));
    std::nth_element(deviation.begin(), place, deviation.end());
    return *place;
  };
  return quantile(0.997) > -quantile(0.003);
}

// Ink relative to the paper around it, 0 (paper) to 1; light falls on both, so their ratio does not
// depend on it. Closing fills what is dark and narrower than a fifth of the picture, and opening
// what is light: what remains is paper, with its shadows.
cv::Mat1f ink_of(const cv::Mat1b& grey, bool light_on_dark) {
  constexpr double kDark = 16.0;  // grey levels added to both, or noise in the dark would be ink
  const auto small = reduced(grey, kPaperSide);
  const int width = std::max(small.rows, small.cols) / 5 | 1;
  cv::Mat1b paper;
  cv::morphologyEx(small, paper, light_on_dark ? cv::MORPH_OPEN : cv::MORPH_CLOSE,
                   cv::getStructuringElement(cv::MORPH_RECT, {width, width}));
  cv::GaussianBlur(paper, paper, {0, 0}, 2.0);
  cv::resize(paper, paper, grey.size(), 0, 0, cv::INTER_LINEAR);
  cv::Mat1f dark, light;
  (light_on_dark ? paper : grey).convertTo(dark, CV_32F, 1.0, kDark);
  (light_on_dark ? grey : paper).convertTo(light, CV_32F, 1.0, kDark);
  cv::Mat1f ink;
  cv::divide(dark, light, ink);
  cv::subtract(1.0, ink, ink);
  cv::max(ink, 0.0, ink);
  return ink;
}

cv::Mat1b eroded(const cv::Mat1b& mask) {
  cv::Mat1b inner;
  cv::erode(mask, inner, cv::getStructuringElement(cv::MORPH_CROSS, {3, 3}), {-1, -1}, 1,
            cv::BORDER_CONSTANT, cv::Scalar(0));
  return inner;
}

// The pen's width in pixels: a stroke's area is its length times its width, and half of its edge
// is its length.
double pen_width(const cv::Mat1b& mask) {
  const double area = cv::countNonZero(mask);
  return 2.0 * area / std::max(1.0, area - cv::countNonZero(eroded(mask)));
}

// Connected dark pixels.
struct Parts {
  cv::Mat1i labels;             // 0 paper; part k has label k + 1
  std::vector<cv::Rect> boxes;  // of part k
  std::vector<double> edges;    // of part k: mean change of ink across its edge, per pixel
  double grain = 0.0;           // the same in the middle of the paper: its noise
};

Parts find_parts(const cv::Mat1b& ink) {
  cv::Mat1b mask;
  cv::compare(ink, kInkLevel * 255.0, mask, cv::CMP_GE);
  Parts parts;
  cv::Mat1i stats;
  cv::Mat1d centroids;
  const int count = cv::connectedComponentsWithStats(mask, parts.labels, stats, centroids);
  for (int k = 1; k < count; ++k) {
    parts.boxes.emplace_back(stats(k, cv::CC_STAT_LEFT), stats(k, cv::CC_STAT_TOP),
                             stats(k, cv::CC_STAT_WIDTH), stats(k, cv::CC_STAT_HEIGHT));
    const auto& box = parts.boxes.back();
    cv::Mat1b part;
    cv::compare(parts.labels(box), k, part, cv::CMP_EQ);
    cv::Mat1b change;
    cv::morphologyEx(ink(box), change, cv::MORPH_GRADIENT, cv::Mat());
    parts.edges.push_back(cv::mean(change, part - eroded(part))[0] / 2.0);
  }
  cv::Mat1b change;
  cv::morphologyEx(ink, change, cv::MORPH_GRADIENT, cv::Mat());
  const auto middle = change.begin() + static_cast<std::ptrdiff_t>(change.total() / 2);
  std::nth_element(change.begin(), middle, change.end());
  parts.grain = *middle / 2.0;
  return parts;
}

// A thin line across the whole picture is its edge or a ruling, unless the picture is no wider.
bool crosses(const cv::Rect& box, const cv::Size& picture) {
  return (box.width >= picture.width && box.height < kMinPart * picture.height) ||
         (box.height >= picture.height && box.width < kMinPart * picture.width);
}

int extent(const cv::Rect& box) { return std::max(box.width, box.height); }

// Whether two parts lie above each other, and near enough to be one digit.
bool belong_together(const cv::Rect& a, const cv::Rect& b) {
  const int overlap = std::min(a.br().x, b.br().x) - std::max(a.x, b.x);
  const int gap = std::max(a.y, b.y) - std::min(a.br().y, b.br().y);
  return 2 * overlap >= std::min(a.width, b.width) && 3 * gap <= std::max(a.height, b.height);
}

// Parts that make one digit.
struct Group {
  cv::Rect box;
  std::vector<int> labels;  // ascending
};

// The digits, from left to right, without specks, shadows and edges.
std::vector<Group> group(const Parts& parts, const cv::Size& picture) {
  std::vector<Group> strokes;
  double smallest = kMinDigit * std::max(picture.width, picture.height);
  for (std::size_t k = 0; k < parts.boxes.size(); ++k) {
    if (crosses(parts.boxes[k], picture) || parts.edges[k] < std::max(kMinEdge, 3.0 * parts.grain))
      continue;
    strokes.push_back({parts.boxes[k], {static_cast<int>(k) + 1}});
    smallest = std::max(smallest, kMinPart * extent(parts.boxes[k]));
  }
  strokes.erase(std::remove_if(strokes.begin(), strokes.end(),
                               [&](const Group& g) { return extent(g.box) < smallest; }),
                strokes.end());
  if (strokes.empty()) return {};  // cv::partition would refer to its first

  std::vector<int> digit_of;
  const int digits = cv::partition(strokes, digit_of, [](const Group& a, const Group& b) {
    return belong_together(a.box, b.box);
  });
  std::vector<Group> groups(static_cast<std::size_t>(digits));
  for (std::size_t k = 0; k < strokes.size(); ++k) {
    auto& digit = groups[static_cast<std::size_t>(digit_of[k])];
    digit.box |= strokes[k].box;
    digit.labels.push_back(strokes[k].labels.front());
  }
  std::sort(groups.begin(), groups.end(),
            [](const Group& a, const Group& b) { return a.box.x < b.box.x; });
  return groups;
}

// Where the group's parts lie within `box`. One pass, however many parts there are: a sheet of dots
// has thousands.
cv::Mat1b mask_of(const cv::Mat1i& labels, const Group& group, const cv::Rect& box) {
  const cv::Mat1i inside = labels(box);
  cv::Mat1b mask(box.size());
  std::transform(inside.begin(), inside.end(), mask.begin(), [&](int label) {
    const bool own = std::binary_search(group.labels.begin(), group.labels.end(), label);
    return static_cast<std::uint8_t>(own ? 255 : 0);
  });
  return mask;
}

// A digit's ink alone, no thinner than the normal form can show.
Cutout cut_out(const cv::Mat1b& ink, const cv::Mat1i& labels, const Group& group) {
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
  return {box, digit};
}

}  // namespace

std::vector<Cutout> cut_out_digits(const cv::Mat1b& grey) {
  cv::Mat1b work = reduced(grey, kWorkingSide);
  const bool light_on_dark = is_light_on_dark(work);
  const double grain = std::max(work.rows, work.cols) / 400.0;  // pixels: finer is the sensor's
  if (grain >= 0.5) cv::GaussianBlur(work, work, {0, 0}, grain);
  const auto relative = ink_of(work, light_on_dark);
  double strongest = 0.0;
  cv::minMaxLoc(relative, nullptr, &strongest);
  if (strongest < kMinContrast) return {};

  cv::Mat1b ink;
  relative.convertTo(ink, CV_8U, 255.0 / strongest);
  const auto parts = find_parts(ink);
  const double across = static_cast<double>(grey.cols) / work.cols;
  const double down = static_cast<double>(grey.rows) / work.rows;
  std::vector<Cutout> cutouts;
  for (const auto& digit : group(parts, work.size())) {
    cutouts.push_back(cut_out(ink, parts.labels, digit));
    auto& box = cutouts.back().box;
    const cv::Point2d from(box.x * across, box.y * down);
    const cv::Point2d to(box.br().x * across, box.br().y * down);
    box = cv::Rect(cv::Point(from), cv::Point(to)) & cv::Rect({}, grey.size());
  }
  return cutouts;
}

}  // namespace digits
