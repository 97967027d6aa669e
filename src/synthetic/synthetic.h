// Draws synthetic handwriting as pen strokes, so that the pipeline runs without a download.
#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "base/rng.h"
#include "data/dataset.h"
#include "synthetic/glyphs.h"

namespace digits {

struct SyntheticOptions {
  std::size_t count = 0;
  int rows = 28;
  int cols = 28;
  int classes = 10;               // the first `classes` digits; 1 to 10
  std::uint64_t seed = 0;         // image i is a function of (seed, first_index + i)
  std::uint64_t first_index = 0;  // disjoint ranges of one seed never share an image's key
  int threads = 1;                // the result does not depend on it
};

// The parameters of a synthetic digit: the known causes of its appearance.
struct Factors {
  int style = 0;           // index into glyphs_of(label)
  double slant = 0.0;      // horizontal shift per vertical pixel, to the right at the top
  double rotation = 0.0;   // radians, anticlockwise
  double aspect = 0.0;     // width / height of the glyph's box before slant and rotation
  double thickness = 0.0;  // of the pen, as a share of the glyph's height
  double pressure = 0.0;   // by which the pen's width swings along a stroke, of its thickness
  double warp = 0.0;       // amplitude of the low-frequency distortion, of the glyph's height
  double jitter = 0.0;     // standard deviation of a control point, of the glyph's height
  double softness = 0.0;   // standard deviation of the pen's blur, in pixels of the image
  double ink = 0.0;        // strength; 1 is black, more saturates the edges too
};

// Draws `count` digits; labels cycle through the classes, so class counts differ by at most one.
// Throws config.synthetic for sizes below 8 pixels or classes outside 1 to 10.
Dataset synthesise(const SyntheticOptions& options);

// Draws one digit with these factors, in normal form: `rng` decides the rest, and the pen leaves no
// ink over the `lifted` parts of the glyph.
cv::Mat1b draw_digit(int digit, const Factors& factors, int rows, int cols, Rng& rng,
                     const std::vector<StrokePart>& lifted = {});

// Draws the factors of one handwritten digit.
Factors draw_factors(int digit, Rng& rng);

}  // namespace digits
