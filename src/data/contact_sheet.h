// Draws a picture of a set, for a person to check before training.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core/mat.hpp>

#include "data/augment.h"
#include "data/dataset.h"

namespace digits {

// Writes a PNG: one row per class, at most 40 classes, with the class's name and its first six
// images; three augmented versions follow each framed original. Throws output.unwritable.
void write_contact_sheet(const std::filesystem::path& path, const Dataset& set,
                         const AugmentOptions& options, std::uint64_t seed);

// An image as RGB, at the size of a contact sheet's: a small one is enlarged by a whole factor,
// without smoothing, so that each pixel is visible.
cv::Mat3b thumbnail(const std::uint8_t* image, const Schema& schema);

}  // namespace digits
