// Reads pictures of one object each, as predict reads them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/error.h"
#include "data/dataset.h"
#include "data/finding.h"
#include "data/image_file.h"

namespace digits {

struct UnreadablePicture {
  std::size_t index;  // among the paths
  Error error;
};

struct Photos {
  std::vector<std::uint8_t> images;  // of the pictures that were read: [n, rows, cols, channels]
  std::vector<std::uint32_t> read;   // their indices among the paths, ascending
  std::vector<UnreadablePicture> unread;  // ascending
};

// Reads each picture as one image of `schema`, as read_image() does. A picture with no digit or
// several (image.several), and an unreadable file, go to `unread`. The result does not depend on
// `threads`. Throws `interrupted` only.
Photos read_photos(const std::vector<std::filesystem::path>& paths, const Schema& schema,
                   int threads, const ReadOptions& options = {});

// Photos in folders named after the classes of `schema`: root/<class>/<picture>.
struct LabelledPhotos {
  std::vector<std::filesystem::path> paths;  // PNG and JPEG files, sorted by class, then by name
  std::vector<std::uint8_t> labels;          // of the paths
  Photos photos;
  std::vector<Finding> findings;  // about skipped files

  Dataset set(const Schema& schema) const;  // of the photos that were read
};

// Throws input.missing when there are no pictures, data.label_range for a folder without a class's
// name, and as read_photos.
LabelledPhotos read_labelled_photos(const std::filesystem::path& root, const Schema& schema,
                                    int threads, const ReadOptions& options = {});

}  // namespace digits
