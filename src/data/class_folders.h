// Loads sets with one folder of image files per class.
#pragma once

#include <filesystem>

#include "data/load.h"

namespace digits {

// Whether `root` is such a set: a folder that holds folders, and no IDX file of a set's name.
bool has_class_folders(const std::filesystem::path& root);

// Loads root/<class>/<image>, or root/PART/<class>/<image> with the parts of set_folders.h. Classes
// are named after their folders in the training part, in alphabetical order, or by value when all
// are numbers; samples stand in the order of classes, then of file names. Hidden entries and those
// of system names are skipped; other files without an image's suffix (PNG, JPEG) are skipped and
// counted in the findings.
//
// Pixels are not changed, at 8 bits; the set is grey when every image is (R = G = B), else RGB.
// With options.size, each picture is read as predict reads it (read_photos); unreadable ones are
// left out and are a finding, data.unread: an error above a tenth. Then calls apply_options().
//
// Throws input.missing when there are no images, image.unreadable and input.* for a file,
// data.image_size when an image's size differs from the first one's, data.too_large above 1 GiB of
// pixels, data.classes when there are more than 256 classes or another number than wanted,
// data.label_range for a class that training lacks, data.empty without test images, and as
// find_set_folders and stratified_split.
Sets load_class_folders(const std::filesystem::path& root, const SetOptions& options);

}  // namespace digits
