#include "base/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace digits {

namespace {

constexpr const char* kClearLine = "\r\x1b[K";

}  // namespace

std::string time_to_go(std::size_t begun, std::size_t done, std::size_t total,
                       double elapsed_seconds) {
  if (done <= begun) return "--:-- left";
  const auto left = total > done ? total - done : 0;  // unsigned: must not go below 0
  const auto seconds =
      std::lround(elapsed_seconds * static_cast<double>(left) / static_cast<double>(done - begun));
  return fmt::format("{:02}:{:02} left", seconds / 60, seconds % 60);
}

std::string progress_bar(const std::string& title, std::size_t done, std::size_t total,
                         const std::string& left, const std::string& detail) {
  constexpr std::size_t kWidth = 24;
  const double share = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
  const auto filled = static_cast<std::size_t>(share * kWidth);
  return fmt::format("{} [{:#<{}}{:-<{}}] {:3.0f} %  {}  {}", title, "", filled, "",
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
  if (!started_) {
    begun_ = done;
    start_ = now;
    started_ = true;
  }
  done_ = done;
  total_ = total;
  if (!terminal_ || now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  std::fputs((kClearLine + progress_bar(title_, done, total, time_left(), detail)).c_str(), stderr);
  std::fflush(stderr);
}

std::string Progress::time_left() const {
  return time_to_go(begun_, done_, total_,
                    std::chrono::duration<double>(Clock::now() - start_).count());
}

void Progress::line(const std::string& text) {
  std::fputs(((terminal_ ? kClearLine : "") + text + "\n").c_str(), stderr);
}

}  // namespace digits
