// Sets as people keep them: a folder of image files per class.
#pragma once

#include <cstdint>
#include <filesystem>

#include "data/load.h"

namespace digits {

struct ClassFolderOptions {
  int classes = 0;          // as many there must be; 0: as many as there are
  double test_share = 0.2;  // of every class, held out when there is no test part
  std::uint64_t seed = 0;   // decides what is held out
  int threads = 1;          // the result does not depend on it
};

// Whether `root` is such a set: a folder with folders in it, and none of MNIST's IDX files.
bool has_class_folders(const std::filesystem::path& root);

// Loads root/<class>/<image>, or root/train/<class>/<image> and root/test/<class>/<image>. Classes
// are named after their folders, in alphabetical order, or by value when all are numbers; samples
// stand in the order of classes, then of file names. Hidden entries and files without an image's
// suffix (PNG, JPEG) are passed over.
//
// Pixels are taken as they are, at 8 bits; the set is grey when every image is (R = G = B), else
// RGB. Throws input.missing when there are no images, image.unreadable and input.* for a file,
// data.image_size when an image is not of the first one's size, data.too_large above 1 GiB of
// pixels, data.classes when there are more than 256 classes or not as many as wanted,
// data.label_range for a test class that training does not know, data.empty without test images,
// and as stratified_split.
Sets load_class_folders(const std::filesystem::path& root, const ClassFolderOptions& options);

}  // namespace digits
