#include "photos/ink.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace digits {

namespace {

constexpr int kPaperSide = 160;  // pixels: paper is smooth, so a small copy shows it
constexpr double kBend = 0.02;   // weight of a flat surface: two edges do not determine curvature
constexpr int kPolaritySide = 400;  // pixels: enough for the thinnest stroke

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
// most of which is paper. The third of the rim that fits worst counts as ink and is left out (least
// trimmed squares: Rousseeuw and Van Driessen, 2006).
cv::Vec6d fit_paper(std::vector<RimPixel> rim) {
  const auto kept = rim.begin() + static_cast<std::ptrdiff_t>((2 * rim.size() + 2) / 3);
  cv::Vec6d surface;
  std::nth_element(rim.begin(), rim.begin() + static_cast<std::ptrdiff_t>(rim.size() / 2),
                   rim.end(), [](const auto& a, const auto& b) { return a.grey < b.grey; });
  surface[0] = rim[rim.size() / 2].grey;  // starts with a flat surface
  for (int step = 0; step < 10; ++step) {
    const auto misfit = [&](const RimPixel& p) { return std::abs(p.grey - surface.dot(p.terms)); };
    std::nth_element(rim.begin(), kept - 1, rim.end(),
                     [&](const auto& a, const auto& b) { return misfit(a) < misfit(b); });
    cv::Matx66d normal = cv::Matx66d::zeros();
    for (int k = 3; k < 6; ++k) normal(k, k) = kBend * static_cast<double>(rim.size());
    cv::Vec6d right;
    for (auto p = rim.begin(); p != kept; ++p) {
      normal += p->terms * p->terms.t();
      right += p->grey * p->terms;
    }
    cv::solve(normal, right, surface, cv::DECOMP_SVD);
  }
  return surface;
}

}  // namespace

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

// The sum of cubes gives a few strong deviations more weight than many weak ones: a small digit
// decides, symmetric noise does not.
bool is_light_on_dark(const cv::Mat1b& grey) {
  cv::Mat1b small;
  cv::GaussianBlur(reduced(grey, kPolaritySide), small, {0, 0}, 0.8);
  const auto paper = fit_paper(rim_of(reduced(small, kPaperSide)));
  double cubes = 0.0;
  for (int y = 0; y < small.rows; ++y) {
    for (int x = 0; x < small.cols; ++x) {
      cubes += std::pow(small(y, x) - paper.dot(quadratic(small.size(), x, y)), 3.0);
    }
  }
  return cubes > 0.0;
}

// Light falls on ink and paper alike, so their ratio does not depend on it. Closing removes dark
// details narrower than a fifth of the picture, and opening light ones: the rest is paper, with its
// shadows.
cv::Mat1f ink_of(const cv::Mat1b& grey, bool light_on_dark) {
  constexpr double kDark = 16.0;  // grey levels added to both, so that noise in the dark is not ink
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

cv::Mat1b inner_edge(const cv::Mat1b& mask) {
  cv::Mat1b inner;
  cv::erode(mask, inner, cv::getStructuringElement(cv::MORPH_CROSS, {3, 3}), {-1, -1}, 1,
            cv::BORDER_CONSTANT, cv::Scalar(0));
  return cv::Mat1b(mask - inner);
}

// A stroke's area is its length times its width, and half of its edge is its length.
double pen_width(const cv::Mat1b& mask) {
  const double area = cv::countNonZero(mask);
  return 2.0 * area / std::max(1, cv::countNonZero(inner_edge(mask)));
}

}  // namespace digits
