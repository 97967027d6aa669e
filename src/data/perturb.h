// Changes images, for augmentation and for the behaviour tests.
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

// The source position of each pixel of the moved image in the original: the inverse of the move.
cv::Matx23f source_map(const Move& move, cv::Size size);

// Moves `in` into `out`, of the same size and type but other memory, by bilinear interpolation.
// Pixels from outside the frame are paper.
void warp(const cv::Mat& in, cv::Mat& out, const cv::Matx23f& source);

// In place, 8-bit images with any number of channels. `deviation` of the noise in shares of the
// full range; `sigma` of the Gaussian in pixels, with paper outside the frame, at least 0.1: a
// smaller one has no visible effect.
void add_noise(cv::Mat& image, double deviation, Rng& rng);
void blur(cv::Mat& image, double sigma);

// Changes one image in place; draws its randomness from `rng`.
using Perturbation = std::function<void(cv::Mat& image, Rng rng)>;

Perturbation moved(const Move& move);
Perturbation toned(double gain, double offset);  // gain * value + offset of the range, saturated
Perturbation thickened(int pixels);              // every stroke, by a maximum over a square
Perturbation thinned(int pixels);                // every stroke, by a minimum over a square
Perturbation noisy(double deviation);            // one key gives one pattern at every strength
Perturbation blurred(double sigma);
// A square of paper, with `side` as a share of the shorter side. With one key, a larger square
// contains each smaller one.
Perturbation occluded(double side);

// The set with every image changed; sample i draws from (seed, kPerturb, i). The result does not
// depend on `threads`.
Dataset perturbed(Dataset set, const Perturbation& change, std::uint64_t seed = 0, int threads = 1);

}  // namespace digits
