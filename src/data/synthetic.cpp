#include "data/synthetic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "data/glyphs.h"
#include "data/normal_form.h"
#include "data/pen.h"

namespace digits {

namespace {

// The position among `glyphs` that the weights make of one uniform draw.
int draw_style(const std::vector<Glyph>& glyphs, Rng& rng) {
  double total = 0.0;
  for (const auto& glyph : glyphs) total += glyph.weight;
  double rest = rng.uniform(0.0, total);
  std::size_t style = 0;
  while (style + 1 < glyphs.size() && rest >= glyphs[style].weight) rest -= glyphs[style++].weight;
  return static_cast<int>(style);
}

Factors draw_factors(int digit, Rng& rng) {
  Factors factors;
  factors.style = draw_style(glyphs_of(digit), rng);
  factors.slant = std::clamp(0.15 + 0.25 * rng.normal(), -0.5, 0.8);
  factors.rotation = 0.10 * rng.normal();
  factors.aspect = std::clamp(0.82 * std::exp(0.25 * rng.normal()), 0.45, 1.7);
  // A pen wider than the loops that it draws would leave a blot; a 1 has no loops.
  const double widest = digit == 1 ? 0.45 : 0.2 * factors.aspect;
  factors.thickness = std::min(std::clamp(0.105 * std::exp(0.4 * rng.normal()), 0.04, 0.4), widest);
  factors.warp = rng.uniform(0.0, 0.10);
  factors.jitter = rng.uniform(0.01, 0.05);
  factors.softness = rng.uniform(0.2, 0.55);
  factors.ink = rng.uniform(0.9, 1.6);
  return factors;
}

// One digit in normal form: a function of the generator's key alone.
cv::Mat1b draw(int digit, int rows, int cols, Rng rng) {
  const auto factors = draw_factors(digit, rng);
  const auto& glyph = glyphs_of(digit)[static_cast<std::size_t>(factors.style)];
  cv::Mat1b image = normal_form(draw_glyph(glyph, factors, rng), rows, cols);
  cv::GaussianBlur(image, image, {3, 3}, factors.softness);
  image.convertTo(image, CV_8U, factors.ink);
  return image;
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

Dataset synthesise(const SyntheticOptions& options) {
  check(options);
  Dataset set;
  set.schema = {options.rows, options.cols, 1, numbered_class_names(options.classes)};
  set.images.resize(options.count * set.schema.image_bytes());
  set.labels.resize(options.count);
  parallel_for(options.count, options.threads, [&](std::size_t i) {
    throw_if_interrupted("drawing digits");
    const auto index = options.first_index + i;
    const int digit = static_cast<int>(index % static_cast<std::uint64_t>(options.classes));
    const auto image =
        draw(digit, options.rows, options.cols, Rng(options.seed, Stream::kSynthetic, index));
    std::copy(image.begin(), image.end(), set.image(i));
    set.labels[i] = static_cast<std::uint8_t>(digit);
  });
  return set;
}

}  // namespace digits
