// Streams the images to classify, in chunks, from image files, folders and IDX files.
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
#include "data/image_file.h"
#include "inference/idx_images.h"
#include "inference/shard.h"

namespace digits {

// The place that an image comes from.
struct ImageOrigin {
  std::string path;
  std::optional<std::size_t> index;  // if the file has several: from 0
  std::optional<cv::Rect> box;       // of a picture, where the digit was cut out: pixels, upright
};

// An image, or the error that replaces it.
struct ImageInput {
  ImageOrigin origin;
  std::optional<Error> error;
};

struct ImageChunk {
  std::vector<ImageInput> inputs;
  std::vector<std::uint8_t> images;  // of the inputs without an error, [n, rows, cols, channels]
  std::vector<std::string> notes;    // "path: left out: 1 box", for some files
  std::vector<Error> other_errors;   // of files that count as inputs in another shard
};

// A chunk before its images are read.
struct PendingChunk {
  std::function<ImageChunk()> read;  // throws `interrupted` only
  double share = 0.0;                // of all chunks: this one and those before
};

// The inputs that words stand for: a file for itself, a folder for the images directly in it and
// the images of its IDX test set, by name; subfolders and hidden files are skipped. The names are
// kept in memory, the images are not: a chunk has at most 1,000 images of an IDX file, or those of
// 100 image files, and less when images are large. An unreadable file is an input with an error.
//
// A shard has whole chunks, so that its images are in the same batches as without shards. Of files
// outside it only the headers of IDX files are read, for the number of images. A pipe's header
// cannot be read twice: all of it is in one shard. An IDX file with an error is one input of the
// shard in which it starts.
class ImageInputs {
 public:
  ImageInputs(const std::vector<std::string>& words, Schema schema, ReadOptions options = {},
              const Shard& shard = {});

  // The next chunk; it may be read while the following one is requested. Chunks depend on the
  // inputs alone. Throws `interrupted` only.
  std::optional<PendingChunk> next();

 private:
  // Consecutive inputs: image files, or images of one IDX file.
  struct Span {
    std::size_t file = 0;    // the first image file, or the IDX file
    std::size_t begin = 0;   // the first input, counted from that file, or in it
    std::size_t end = 0;     // past the last; an IDX file may have fewer
    std::size_t chunks = 0;  // chunks left
  };

  std::vector<Span> all_spans() const;
  std::size_t chunk_size(const Span& span) const;
  std::vector<Span> spans_of(const Shard& shard) const;
  PendingChunk next_files();
  PendingChunk next_images();
  double finish_chunk(bool last_of_span);

  std::vector<std::string> files_;
  Schema schema_;
  ReadOptions options_;
  std::vector<Span> spans_;         // of the shard
  std::size_t span_ = 0;            // the current one
  std::size_t chunks_ = 0;          // in all spans
  std::size_t chunks_left_ = 0;     // of these
  std::unique_ptr<IdxImages> idx_;  // the span's file, if it is IDX
};

}  // namespace digits
