// Image files that people have, turned into what the network was trained on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "pictures/photo.h"

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

// How pictures become samples.
struct ReadOptions {
  Shows shows = Shows::kAnyNumber;
  bool normal_form = true;  // bring images of the schema's size to it; false: take them as they are
};

struct Picture {
  std::vector<Sample> samples;  // at least one
  std::string note;             // what was left out of it, what its decoder warned of; or empty
};

// Reads a picture for a package to classify. One channel: every digit in the picture in reading
// order (pictures/photo.h), in normal form. An image of the schema's size is one digit, and is
// taken as it is when it is in normal form already, with ink on black. Three channels: the whole
// picture, resized, in RGB order.
//
// Throws as read_picture, and image.blank when there is no digit to be found.
Picture read_image(const std::filesystem::path& path, const Schema& schema,
                   const ReadOptions& options = {});

// The same for a file's bytes; `name` is for messages.
Picture decode_image(std::string_view bytes, const std::string& name, const Schema& schema,
                     const ReadOptions& options = {});

// One [rows, cols, channels] image as the bytes of a PNG file.
std::string encode_png(const std::uint8_t* image, const Schema& schema);

// Writes it, whole but unsynced: there may be thousands.
void write_png(const std::filesystem::path& path, const std::uint8_t* image, const Schema& schema);

}  // namespace digits
