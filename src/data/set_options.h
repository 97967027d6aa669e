// Defines how files of a set become images and labels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "data/dataset.h"

namespace digits {

// The size to bring pictures to.
struct PictureSize {
  int rows = 0;
  int cols = 0;
  int channels = 1;  // 1: cut one digit out of each picture; 3: resize the whole picture
};

// "28x28" or "64x48x3"; nothing for "". Throws config.value for any other text.
std::optional<PictureSize> parse_picture_size(const std::string& text);

struct SetOptions {
  int classes = 0;                  // the required number; 0: any
  int first_label = 0;              // the smallest label in IDX files
  bool invert = false;              // the images are dark on light: 0 becomes 255
  bool transpose = false;           // the images have rows and columns exchanged
  std::optional<PictureSize> size;  // of image files in class folders; nothing: unchanged
  double test_share = 0.2;          // share of every class to hold out when there is no test part
  std::uint64_t seed = 0;           // decides the images that are held out
  int threads = 1;                  // the result does not depend on it
};

// Exchanges rows and columns of every image and turns dark on light into light on dark, as the
// options say. Digits that were cut out of pictures are light on dark already, so `invert` does not
// change them.
void apply_options(Dataset& set, const SetOptions& options);

}  // namespace digits
