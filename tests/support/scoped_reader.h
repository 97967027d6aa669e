// Registers a reader of pictures for the length of a test.
#pragma once

#include <utility>

#include "data/picture_reader.h"

namespace digits {

class ScopedReader {
 public:
  explicit ScopedReader(PictureReader reader) { set_picture_reader(std::move(reader)); }
  ~ScopedReader() { set_picture_reader({}); }
  ScopedReader(const ScopedReader&) = delete;
  ScopedReader& operator=(const ScopedReader&) = delete;
};

}  // namespace digits
