// Draws a picture of a set, for a person to check before training.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "data/augment.h"
#include "data/dataset.h"

namespace digits {

// Writes a PNG: one row per class, at most 40 classes, with the class's name and its first six
// images; three augmented versions follow each framed original. Throws output.unwritable.
void write_contact_sheet(const std::filesystem::path& path, const Dataset& set,
                         const AugmentOptions& options, std::uint64_t seed);

// The consecutive images of `schema` in `images` as one RGB picture: in rows of `across`, at the
// size of a contact sheet's.
cv::Mat3b image_grid(const std::vector<std::uint8_t>& images, const Schema& schema, int across);

}  // namespace digits
