// Reads pictures of one object each, as predict reads them.
#pragma once

#include <filesystem>
#include <vector>

#include "base/error.h"
#include "data/class_files.h"
#include "data/dataset.h"
#include "data/finding.h"
#include "data/image_file.h"

namespace digits {

struct UnreadablePicture {
  std::filesystem::path path;
  Error error;
};

// Pictures in the order of their files.
struct Photos {
  Dataset set;  // of those that were read
  std::vector<UnreadablePicture> unread;
  std::vector<Finding> findings;  // about skipped files
};

// Reads each picture as one image of `schema`, as read_image() does. A picture with no digit or
// several (image.several), and an unreadable file, go to `unread`. The result does not depend on
// `threads`, and has no findings. Throws `interrupted` only.
Photos read_photos(const ClassFiles& files, const Schema& schema, int threads,
                   const ReadOptions& options = {});

// Reads PNG and JPEG files in folders named after the classes of `schema`, root/<class>/<picture>.
// Throws input.missing when there are no pictures, data.label_range for a folder without a class's
// name, and as read_photos.
Photos read_labelled_photos(const std::filesystem::path& root, const Schema& schema, int threads,
                            const ReadOptions& options = {});

}  // namespace digits
