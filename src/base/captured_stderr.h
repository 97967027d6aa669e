// What C libraries print on stderr, kept for the caller.
#pragma once

#include <string>

namespace digits {

// While one lives, what its thread writes to the C stream `stderr` is kept rather than printed;
// other threads print as ever. Some libraries (libpng, libjpeg inside of OpenCV) have no other way
// to warn, and do not know the file's name. The first one puts a stream of our own in the place of
// `stderr`, which the C library allows (glibc manual, "Standard Streams"); std::cerr and file
// descriptor 2 stay as they are. Not to be nested.
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
