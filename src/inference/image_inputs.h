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
#include "data/image_file.h"
#include "inference/idx_images.h"
#include "inference/shard.h"

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
  std::vector<Error> other_errors;   // of a file that is an input, with its error, of another shard
};

// A chunk that is still to be read.
struct PendingChunk {
  std::function<ImageChunk()> read;  // throws `interrupted` only
  double share = 0.0;                // of the chunks: those up to this one
};

// The inputs that words stand for: a file for itself, a folder for the images directly in it and
// the images of its IDX test set, by name; folders in it and hidden files are passed over. The
// names are kept in memory, the images are not: a chunk has at most 1,000 images of an IDX file, or
// those of 100 image files, and less when images are large. What cannot be read is an input with an
// error.
//
// A shard has whole chunks, so that its images meet the same others in a batch as without shards.
// Of files outside it nothing is read but the headers of IDX files, which say how many images there
// are. A pipe has no header that could be read twice: all of it is in one shard. An IDX file with
// an error is one input of the shard in which it begins.
class ImageInputs {
 public:
  ImageInputs(const std::vector<std::string>& words, Schema schema, ReadOptions options = {},
              const Shard& shard = {});

  // The next chunk; it may be read while the one after it is asked for. Chunks depend on the inputs
  // alone. Throws `interrupted` only.
  std::optional<PendingChunk> next();

 private:
  // Inputs that follow one another: image files, or images of one IDX file.
  struct Span {
    std::size_t file = 0;    // the first image file, or the IDX file
    std::size_t begin = 0;   // the first input, counted from that file on, or in it
    std::size_t end = 0;     // behind the last; of an IDX file at most, as it may have fewer
    std::size_t chunks = 0;  // that are left
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
  std::size_t span_ = 0;            // the one that is being read
  std::size_t chunks_ = 0;          // in all spans
  std::size_t chunks_left_ = 0;     // of them
  std::unique_ptr<IdxImages> idx_;  // the span's file, when it is one
};

}  // namespace digits
