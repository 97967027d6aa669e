#include "base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace digits {

namespace {

constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

std::string progress_bar(const std::string& title, std::size_t done, std::size_t total,
                         double elapsed_seconds, const std::string& detail) {
  constexpr std::size_t kWidth = 24;
  const double share = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  const auto filled = static_cast<std::size_t>(share * kWidth);
  std::string left = "--:--";
  if (done > 0) {
    const auto seconds = std::lround(elapsed_seconds * (1.0 - share) / share);
    left = fmt::format("{:02}:{:02}", seconds / 60, seconds % 60);
  }
  return fmt::format("{} [{:#<{}}{:-<{}}] {:3.0f} %  {} left  {}", title, "", filled, "",
                     kWidth - filled, 100.0 * share, left, detail);
}

Progress::Progress(std::string title)
    : title_(std::move(title)),
      terminal_(::isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      drawn_(start_) {}

Progress::~Progress() {
  if (terminal_) std::fputs(kClearLine, stderr);
}

void Progress::update(std::size_t done, std::size_t total, const std::string& detail) {
  const auto now = Clock::now();
  if (!terminal_ || now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  std::fputs((kClearLine + progress_bar(title_, done, total, elapsed, detail)).c_str(), stderr);
  std::fflush(stderr);
}

void Progress::line(const std::string& text) {
  std::fputs(((terminal_ ? kClearLine : "") + text + "\n").c_str(), stderr);
}

}  // namespace digits
