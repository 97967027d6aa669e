// Draws synthetic digits with a pen, from control points to ink.
#pragma once

#include <opencv2/core/mat.hpp>
#include <vector>

#include "base/rng.h"
#include "synthetic/glyphs.h"
#include "synthetic/synthetic.h"

namespace digits {

// The glyph in the handwriting of these factors: ink 0 to 255 on a square canvas, background 0.
// `rng` decides the rest: the position of each control point and the distortion of the paper. The
// pen leaves no ink over the `lifted` parts; all other pixels are the same as without them.
cv::Mat1b draw_glyph(const Glyph& glyph, const Factors& factors, Rng& rng,
                     const std::vector<StrokePart>& lifted = {});

}  // namespace digits
