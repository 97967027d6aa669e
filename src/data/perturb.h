// Changes to images: what augmentation draws, and what the checks of behaviour ask a model to bear.
#pragma once

#include <cstdint>
#include <functional>
#include <opencv2/core/mat.hpp>

#include "base/rng.h"
#include "data/dataset.h"

namespace digits {

// A move of the whole image: shifted, then sheared, scaled and turned about its centre.
struct Move {
  double rotation = 0.0;  // degrees, anticlockwise
  double scale = 1.0;     // factor
  double shear = 0.0;     // horizontal shift per vertical pixel, to the right at the top
  double dx = 0.0;        // pixels to the right
  double dy = 0.0;        // pixels down
};

// Where each pixel of the moved image looks in the image as it was: the inverse of the move.
cv::Matx23f source_map(const Move& move, cv::Size size);

// Moves `in` into `out`, of the same size and type but other memory, by bilinear interpolation.
// What comes in from outside the frame is paper.
void warp(const cv::Mat& in, cv::Mat& out, const cv::Matx23f& source);

// In place, 8-bit images of any channels. `deviation` of the noise in shares of the full range;
// `sigma` of the Gaussian in pixels, with paper outside the frame, at least a tenth: below it
// nothing would be seen.
void add_noise(cv::Mat& image, double deviation, Rng& rng);
void blur(cv::Mat& image, double sigma);

// Changes one image in place, with what is random about it drawn from `rng`.
using Perturbation = std::function<void(cv::Mat& image, Rng rng)>;

Perturbation moved(const Move& move);
Perturbation inverted();                         // ink 0, paper 255
Perturbation toned(double gain, double offset);  // gain * value + offset of the range, saturated
Perturbation thickened(int pixels);              // every stroke, by a maximum over a square
Perturbation thinned(int pixels);                // every stroke, by a minimum over a square
Perturbation noisy(double deviation);            // one key gives one pattern at every strength
Perturbation blurred(double sigma);
// A square turned to paper, with `side` of the shorter side. One key gives squares that lie within
// one another at rising sides.
Perturbation occluded(double side);

// The set with every image changed; sample i draws from (seed, kPerturb, i). The result does not
// depend on `threads`.
Dataset perturbed(Dataset set, const Perturbation& change, std::uint64_t seed = 0, int threads = 1);

}  // namespace digits
