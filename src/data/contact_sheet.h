// A picture of a set, for a person to look at before any training time is spent.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "data/augment.h"
#include "data/dataset.h"

namespace digits {

struct ContactSheetOptions {
  int originals = 6;  // images of a class
  int augmented = 3;  // beside each of them
  AugmentOptions augment;
  std::uint64_t seed = 0;
};

// Writes a PNG: one row a class, at most 40 classes, with the class's name and its first images;
// each original, framed, is followed by augmented versions of itself. Throws output.unwritable.
void write_contact_sheet(const std::filesystem::path& path, const Dataset& set,
                         const ContactSheetOptions& options);

// The images of `schema` that `images` holds one after the other, as one RGB picture: in rows of
// `across`, at the size of a contact sheet's.
cv::Mat3b image_grid(const std::vector<std::uint8_t>& images, const Schema& schema, int across);

}  // namespace digits
