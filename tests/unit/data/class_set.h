// Sets of small images with one folder per class, and how they are read.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "data/class_folders.h"
#include "support/testing.h"

namespace digits {

// Writes a PNG file and its parent folders.
inline void write_image(const std::filesystem::path& path, const cv::Mat& image) {
  make_directories(path.parent_path());
  std::vector<std::uint8_t> png;
  cv::imencode(".png", image, png);
  write_file(path, {reinterpret_cast<const char*>(png.data()), png.size()}, Durability::kUnsynced);
}

// 2x3 pixels of one value.
inline cv::Mat1b grey_image(int value) { return cv::Mat1b(2, 3, static_cast<std::uint8_t>(value)); }

// `per_class` images in each of the classes 0 to 2, all different: image i of class k is 50 k + i.
inline void write_classes(const std::filesystem::path& root, int per_class) {
  for (int k = 0; k < 3; ++k) {
    for (int i = 0; i < per_class; ++i) {
      write_image(root / std::to_string(k) / fmt::format("{:02}.png", i), grey_image(50 * k + i));
    }
  }
}

// The first pixel of each image.
inline std::vector<int> values_of(const Dataset& set) {
  std::vector<int> values;
  for (std::size_t i = 0; i < set.size(); ++i) values.push_back(set.image(i)[0]);
  return values;
}

// "CODE: WHAT" of the error of loading.
inline std::string folder_refusal(const std::filesystem::path& root,
                                  const SetOptions& options = {}) {
  try {
    load_class_folders(root, options);
    return "no error";
  } catch (const Error& error) {
    EXPECT_NE(error.hint(), "");
    return error.code() + ": " + error.what();
  }
}

}  // namespace digits
