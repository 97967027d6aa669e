// Image files that people have, turned into what the network was trained on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace digits {

// Whether a file's name ends as those of the formats that are read: PNG and JPEG.
bool is_image_name(const std::filesystem::path& path);

// A picture as 8-bit BGR, upright and opaque: alpha is laid on paper that contrasts with the
// drawing, a camera's EXIF rotation is undone. Throws input.* for the file, image.unreadable when
// it is of another format or does not decode whole, image.too_large above 50 megapixels (before
// anything is decoded).
cv::Mat3b read_picture(const std::filesystem::path& path);

// An image to classify, and where in the picture it was found.
struct Sample {
  cv::Rect box;                     // pixels of the picture, upright
  std::vector<std::uint8_t> image;  // [rows, cols, channels] of the schema
};

// Reads a picture for a package to classify. One channel: every digit in the picture, left to right
// (data/photo.h), in normal form. An image that already has the schema's size and a black border is
// one sample, taken as it is. Three channels: the whole picture, resized, in RGB order.
//
// Throws as read_picture, and image.blank when there is no ink to be found. Never returns an empty
// list.
std::vector<Sample> read_image(const std::filesystem::path& path, const Schema& schema);

// The same for a file's bytes; `name` is for messages.
std::vector<Sample> decode_image(std::string_view bytes, const std::string& name,
                                 const Schema& schema);

// One [rows, cols, channels] image as the bytes of a PNG file.
std::string encode_png(const std::uint8_t* image, const Schema& schema);

// Writes it, whole but unsynced: there may be thousands.
void write_png(const std::filesystem::path& path, const std::uint8_t* image, const Schema& schema);

}  // namespace digits
