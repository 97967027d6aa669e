#include "base/captured_stderr.h"

#include <unistd.h>

#include <cstdio>
#include <set>
#include <sstream>

namespace digits {

namespace {

thread_local std::string* kept = nullptr;  // receives this thread's text; null: print it

ssize_t keep_or_print(void* /*cookie*/, const char* data, std::size_t size) {
  if (kept == nullptr) return ::write(STDERR_FILENO, data, size);
  kept->append(data, size);
  return static_cast<ssize_t>(size);
}

bool replace_stderr() {
  FILE* stream = fopencookie(nullptr, "w", {nullptr, keep_or_print, nullptr, nullptr});
  if (stream == nullptr) return false;
  std::setvbuf(stream, nullptr, _IONBF, 0);
  stderr = stream;
  return true;
}

}  // namespace

CapturedStderr::CapturedStderr() {
  static const bool replaced = replace_stderr();  // once, on the first thread
  if (replaced) kept = &text_;
}

CapturedStderr::~CapturedStderr() { kept = nullptr; }

std::string CapturedStderr::lines() const {
  std::istringstream in(text_);
  std::set<std::string> seen;
  std::string joined;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || !seen.insert(line).second) continue;
    joined += (joined.empty() ? "" : "; ") + line;
  }
  return joined;
}

}  // namespace digits
