// Image files that people have, turned into what the network was trained on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace digits {

// Decodes an image file (PNG, JPEG, ...) into [rows, cols, channels] bytes of `schema`.
//
// One channel: ink is the difference from the paper, whose shade is the border's median, so dark on
// light and light on dark both work; then normal form. An image that already has the schema's size
// and a black border is taken as it is. Three channels: resized, in RGB order.
//
// Throws input.* for the file, image.unreadable when it does not decode, image.too_large above 50
// megapixels, image.blank when there is no ink to be found.
std::vector<std::uint8_t> read_image(const std::filesystem::path& path, const Schema& schema);

// The same for a file's bytes; `name` is for messages.
std::vector<std::uint8_t> decode_image(std::string_view bytes, const std::string& name,
                                       const Schema& schema);

// Writes one [rows, cols, channels] image as PNG, whole but unsynced: there may be thousands.
void write_png(const std::filesystem::path& path, const std::uint8_t* image, const Schema& schema);

}  // namespace digits
