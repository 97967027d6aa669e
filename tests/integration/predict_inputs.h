// Inputs for predictions of many images, and a gate that blocks a prediction.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/idx.h"
#include "integration/tiny_run.h"

namespace digits {

// `count` images that differ, made of the tiny set's.
IdxArray many_images(std::uint32_t count);

// The command line for a prediction with the package of tiny_run().
std::vector<std::string> predict(const std::vector<std::string>& more);

std::vector<std::string> lines_of(const std::string& text);

// A named pipe among the inputs, which blocks its reader until open(). It lets a test stop a
// program before the end at any speed. Nothing is ever written into the pipe.
class BlockingPipe {
 public:
  explicit BlockingPipe(std::string path);
  ~BlockingPipe();
  BlockingPipe(const BlockingPipe&) = delete;
  BlockingPipe& operator=(const BlockingPipe&) = delete;

  // Whether a reader is blocked.
  bool reached();

  // Lets the blocked reader find an empty file.
  void open();

 private:
  std::string path_;
  int writer_ = -1;
};

// IDX files, gzip'd and plain, and between them a folder of pictures, one of them unreadable.
struct PredictInputs {
  explicit PredictInputs(std::uint32_t images);
  std::vector<std::string> into(const std::string& out, std::vector<std::string> more = {}) const;

  TemporaryDirectory folder;
  std::vector<std::string> names{"a.idx.gz", "pictures", "b.idx"};
};

}  // namespace digits
