// Inputs for predictions of many images, and a gate that stops them on the way.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/idx.h"
#include "integration/tiny_run.h"

namespace digits {

// `count` images that differ, made of the tiny set's.
IdxArray many_images(std::uint32_t count);

// The command line that predicts by tiny_run()'s package.
std::vector<std::string> predict(const std::vector<std::string>& more);

std::vector<std::string> lines_of(const std::string& text);

// A named pipe among the inputs, which blocks its reader until open(): a program can be stopped
// before it has finished, however fast it is. Nothing is ever written into the pipe.
class BlockingPipe {
 public:
  explicit BlockingPipe(std::string path);
  ~BlockingPipe();
  BlockingPipe(const BlockingPipe&) = delete;
  BlockingPipe& operator=(const BlockingPipe&) = delete;

  // Whether a reader is blocked.
  bool reached();

  // The reader that is blocked finds an empty file.
  void open();

 private:
  std::string path_;
  int writer_ = -1;
};

// IDX files, gzip'd and not, and between them a folder of pictures, one of which cannot be read.
struct Batch {
  explicit Batch(std::uint32_t images);
  std::vector<std::string> into(const std::string& out, std::vector<std::string> more = {}) const;

  TemporaryDirectory folder;
  std::vector<std::string> inputs{"a.idx.gz", "pictures", "b.idx"};
};

}  // namespace digits
