// The pen that draws synthetic digits: from control points to ink.
#pragma once

#include <opencv2/core/mat.hpp>
#include <vector>

#include "base/rng.h"
#include "synthetic/glyphs.h"
#include "synthetic/synthetic.h"

namespace digits {

// The glyph as a hand with these factors writes it: ink 0 to 255 on a square canvas, background 0.
// `rng` decides what the factors leave open: where each control point lies and how the paper warps.
// Over the `lifted` parts the pen leaves no ink, and all else is as it were without them.
cv::Mat1b draw_glyph(const Glyph& glyph, const Factors& factors, Rng& rng,
                     const std::vector<StrokePart>& lifted = {});

}  // namespace digits
