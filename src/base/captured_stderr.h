// Captures text that C libraries print on stderr, for the caller.
#pragma once

#include <string>

namespace digits {

// While an object lives, text that its thread writes to the C stream `stderr` is kept, not printed;
// other threads print as before. Some libraries (libpng, libjpeg inside of OpenCV) have no other
// way to warn, and do not know the file's name. The first object replaces `stderr` by a stream of
// our own, which the C library allows (glibc manual, "Standard Streams"); std::cerr and file
// descriptor 2 do not change. Do not nest them.
class CapturedStderr {
 public:
  CapturedStderr();
  ~CapturedStderr();
  CapturedStderr(const CapturedStderr&) = delete;
  CapturedStderr& operator=(const CapturedStderr&) = delete;

  // Its distinct lines, in order, joined by "; ".
  std::string lines() const;

 private:
  std::string text_;
};

}  // namespace digits
