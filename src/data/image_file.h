// Reads image files into images of the network's schema.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "data/picture_reader.h"

namespace digits {

// Whether a file's name has the suffix of a supported format: PNG or JPEG.
bool is_image_name(const std::filesystem::path& path);

// A picture as 8-bit BGR, upright and opaque: alpha is placed on paper that contrasts with the
// drawing, a camera's EXIF rotation is applied. Throws input.* for the file, image.unreadable when
// the format differs or the file does not decode completely, image.too_large above 50 megapixels
// (before decoding).
cv::Mat3b read_picture(const std::filesystem::path& path);

// An image to classify, and its place in the picture.
struct Sample {
  cv::Rect box;                     // pixels of the picture, upright
  std::vector<std::uint8_t> image;  // [rows, cols, channels] of the schema
};

// Options for reading pictures.
struct ReadOptions {
  DigitCount digit_count = DigitCount::kAnyNumber;
  bool normal_form = true;  // bring images of the schema's size to normal form; false: leave them
};

struct Picture {
  std::vector<Sample> samples;  // at least one
  std::string note;             // pieces left out and the decoder's warnings; or empty
};

// Reads a picture for a package to classify. One channel: each digit that picture_reader() finds,
// in normal form. The core's reader takes the whole picture for one digit; an extra's may find
// several (data/picture_reader.h). An image of the schema's size is one digit; it is not changed
// when it is in normal form already, with ink on black. Three channels: the whole picture, resized,
// in RGB order.
//
// Throws as read_picture, and image.blank when no digit is found.
Picture read_image(const std::filesystem::path& path, const Schema& schema,
                   const ReadOptions& options = {});

// The same for a file's bytes; `name` is for messages.
Picture decode_image(std::string_view bytes, const std::string& name, const Schema& schema,
                     const ReadOptions& options = {});

// One [rows, cols, channels] image as the bytes of a PNG file.
std::string encode_png(const std::uint8_t* image, const Schema& schema);

// Writes such a file, whole but unsynced: a set may have thousands.
void write_png(const std::filesystem::path& path, const std::uint8_t* image, const Schema& schema);

}  // namespace digits
