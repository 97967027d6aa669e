#include "synthetic/synthetic.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "data/normal_form.h"
#include "synthetic/glyphs.h"
#include "synthetic/pen.h"

namespace digits {

namespace {

// The position among `glyphs` of one draw by weight.
int draw_style(const std::vector<Glyph>& glyphs, Rng& rng) {
  double total = 0.0;
  for (const auto& glyph : glyphs) total += glyph.weight;
  double rest = rng.uniform(0.0, total);
  std::size_t style = 0;
  while (style + 1 < glyphs.size() && rest >= glyphs[style].weight) rest -= glyphs[style++].weight;
  return static_cast<int>(style);
}

// The widest pen that leaves a digit's loops open, as a share of its width: a wider one would turn
// an 8 into a bar, and it would look like a 1.
double widest_pen(int digit) {
  constexpr std::array<double, 10> kWidest{.28, .5, .28, .25, .25, .25, .22, .3, .18, .22};
  return kWidest.at(static_cast<std::size_t>(digit));
}

void check(const SyntheticOptions& options) {
  constexpr int kMinSide = 8;
  if (options.classes < 1 || options.classes > 10 || options.rows < kMinSide ||
      options.cols < kMinSide) {
    throw Error(
        "config.synthetic",
        fmt::format("{} classes of {}x{} pixels, expected 1 to 10 classes of at least {}x{}",
                    options.classes, options.rows, options.cols, kMinSide, kMinSide),
        "change the [data] section of the configuration");
  }
}

}  // namespace

Factors draw_factors(int digit, Rng& rng) {
  Factors factors;
  factors.style = draw_style(glyphs_of(digit), rng);
  factors.slant = std::clamp(0.15 + 0.25 * rng.normal(), -0.5, 0.8);
  factors.rotation = 0.10 * rng.normal();
  factors.aspect = std::clamp(0.82 * std::exp(0.25 * rng.normal()), 0.45, 1.7);
  factors.thickness =
      std::clamp(0.105 * std::exp(0.4 * rng.normal()), 0.04, widest_pen(digit) * factors.aspect);
  factors.pressure = rng.uniform(0.0, 0.4);
  factors.warp = rng.uniform(0.0, 0.10);
  factors.jitter = rng.uniform(0.01, 0.05);
  factors.softness = rng.uniform(0.2, 0.55);
  factors.ink = rng.uniform(0.9, 1.6);
  return factors;
}

cv::Mat1b draw_digit(int digit, const Factors& factors, int rows, int cols, Rng& rng,
                     const std::vector<StrokePart>& lifted) {
  const auto& glyph = glyphs_of(digit)[static_cast<std::size_t>(factors.style)];
  cv::Mat1b image = normal_form(draw_glyph(glyph, factors, rng, lifted), rows, cols);
  cv::GaussianBlur(image, image, {3, 3}, factors.softness);
  image.convertTo(image, CV_8U, factors.ink);
  return image;
}

Dataset synthesise(const SyntheticOptions& options) {
  check(options);
  Dataset set;
  set.schema = {options.rows, options.cols, 1, numbered_class_names(options.classes)};
  set.images.resize(options.count * set.schema.image_bytes());
  set.labels.resize(options.count);
  parallel_for(options.count, options.threads, [&](std::size_t i) {
    throw_if_interrupted("drawing digits");
    const auto index = options.first_index + i;
    const auto digit = static_cast<int>(index % static_cast<std::uint64_t>(options.classes));
    Rng rng(options.seed, Stream::kSynthetic, index);
    const auto factors = draw_factors(digit, rng);
    const auto image = draw_digit(digit, factors, options.rows, options.cols, rng);
    std::copy(image.begin(), image.end(), set.image(i));
    set.labels[i] = static_cast<std::uint8_t>(digit);
  });
  return set;
}

}  // namespace digits
