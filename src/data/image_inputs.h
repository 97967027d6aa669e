// What there is to classify, as a stream of chunks: image files, folders of them, IDX files.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <opencv2/core/types.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "data/dataset.h"
#include "data/idx_images.h"
#include "data/image_file.h"

namespace digits {

// Where an image comes from.
struct ImageOrigin {
  std::string path;
  std::optional<std::size_t> index;  // when there are several in a file: from 0
  std::optional<cv::Rect> box;       // of a picture, where it was cut out: pixels, upright
};

// An image, or why there is none.
struct ImageInput {
  ImageOrigin origin;
  std::optional<Error> error;
};

struct ImageChunk {
  std::vector<ImageInput> inputs;
  std::vector<std::uint8_t> images;  // of the inputs without an error, [n, rows, cols, channels]
  std::vector<std::string> notes;    // "path: what was left out of it", of some files
};

// A place between two inputs.
struct InputPosition {
  std::size_t file = 0;
  std::size_t record = 0;  // of an IDX file
};

// A chunk that is still to be read.
struct PendingChunk {
  std::function<ImageChunk()> read;  // throws `interrupted` only
  InputPosition end;                 // where the next one begins
  double share = 0.0;                // of all files, that lie before it
};

// The inputs that words stand for: a file for itself, a folder for the images directly in it and
// the images of its IDX test set, by name; folders in it and hidden files are passed over. The
// names are kept in memory, the images are not: a chunk has at most 1,000 of an IDX file, or those
// of 100 image files, and less when images are large. What cannot be read is an input with an
// error.
class ImageInputs {
 public:
  ImageInputs(const std::vector<std::string>& words, Schema schema, ReadOptions options = {});

  // SHA-256 over names, sizes and times of change: another one when an input may be another.
  std::string identity() const;

  // The next chunk; it may be read while the one after it is asked for. Chunks depend on the inputs
  // and where they begin alone. Throws `interrupted` only.
  std::optional<PendingChunk> next();

  // Goes to where a chunk ended.
  void seek(InputPosition position);

 private:
  PendingChunk next_files();
  PendingChunk next_records();
  double share() const;

  std::vector<std::string> files_;
  Schema schema_;
  ReadOptions options_;
  InputPosition position_;
  std::unique_ptr<IdxImages> idx_;  // the file at the position, when it is one
};

}  // namespace digits
