// How the files of a set become images and labels.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "data/dataset.h"

namespace digits {

// The size that pictures are brought to.
struct PictureSize {
  int rows = 0;
  int cols = 0;
  int channels = 1;  // 1: one digit is cut out of each picture; 3: the whole picture is resized
};

// "28x28" or "64x48x3"; nothing for "". Throws config.value for any other text.
std::optional<PictureSize> parse_picture_size(const std::string& text);

struct SetOptions {
  int classes = 0;                  // as many there must be; 0: as many as there are
  int first_label = 0;              // the smallest label in IDX files
  bool invert = false;              // the images are dark on light: 0 becomes 255
  bool transpose = false;           // the images have rows and columns exchanged
  std::optional<PictureSize> size;  // of image files in class folders; nothing: as they are
  double test_share = 0.2;          // of every class, held out when there is no test part
  std::uint64_t seed = 0;           // decides what is held out
  int threads = 1;                  // the result does not depend on it
};

// Exchanges rows and columns of every image, and makes dark on light light on dark, as the options
// say. Images that were cut out as digits are light on dark already, so `invert` leaves them alone.
void apply_options(Dataset& set, const SetOptions& options);

}  // namespace digits
