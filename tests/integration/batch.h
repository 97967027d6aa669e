// Inputs for predictions of many images, and a gate that stops them on the way.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "data/idx.h"
#include "integration/tiny_run.h"

namespace digits {

// `count` images that differ, made of the tiny set's.
IdxArray many_images(std::uint32_t count);

// The command line that predicts by tiny_run()'s package.
std::vector<std::string> predict(const std::vector<std::string>& more);

std::vector<std::string> lines_of(const std::string& text);

// A named pipe among the inputs, which holds whoever reads it until open(); so that a program can
// be stopped before it is done, however fast it is. From then on it is empty for everybody. Its
// times do not change, as nothing is ever written into it.
class Gate {
 public:
  explicit Gate(std::string path);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Whether somebody waits at it.
  bool reached();

  // No writer is open when it returns, which a fork would inherit.
  void open();

 private:
  std::string path_;
  int writer_ = -1;
  std::atomic<bool> closed_{false};
  std::thread porter_;
};

// IDX files, gzip'd and not, and between them a folder of pictures with one that is none.
struct Batch {
  explicit Batch(std::uint32_t images = 6000);
  std::vector<std::string> into(const std::string& out, std::vector<std::string> more = {}) const;
  // Lines in the journal of an unfinished file: one more than pieces. It may go at any moment.
  std::size_t journal_lines(const std::string& out) const;

  TemporaryDirectory folder;
  std::vector<std::string> inputs{"a.idx.gz", "pictures", "b.idx"};
};

// The same with a gate before the last of them.
struct GatedBatch : Batch {
  explicit GatedBatch(std::uint32_t images);
  Gate gate;
};

}  // namespace digits
