// Locates the ink of an image.
#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"

namespace digits {

// For each pixel whether it, or one within `margin` pixels of it, is ink: at least half as bright
// as the image's brightest pixel, in any channel. [rows * cols]; all false for a blank image.
std::vector<bool> ink_of(const std::uint8_t* image, const Schema& schema, int margin);

}  // namespace digits
