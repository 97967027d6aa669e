// Shows progress: a bar with the remaining time on a terminal, plain lines elsewhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace digits {

// Draws to stderr, at most ten times a second. Not thread-safe: one thread reports.
class Progress {
 public:
  explicit Progress(std::string title);
  ~Progress();  // clears the bar
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of `total` steps are done; `detail` ("loss 0.123") stands at the end of the bar. The
  // first call starts the clock: steps done before it do not count for the remaining time.
  void update(std::size_t done, std::size_t total, const std::string& detail);

  // "00:10 left", at the last update.
  std::string time_left() const;

  // Prints a line above the bar: "epoch 1/3 ...".
  void line(const std::string& text);

 private:
  using Clock = std::chrono::steady_clock;
  std::string title_;
  bool terminal_;
  bool started_ = false;
  std::size_t begun_ = 0;  // steps that were done at the first update
  std::size_t done_ = 0;
  std::size_t total_ = 0;
  Clock::time_point start_;
  Clock::time_point drawn_;
};

// The remaining time from `done` to `total`, estimated from the steps from `begun` to `done`, which
// took `elapsed_seconds`: "00:10 left" (minutes, seconds), "--:-- left" when there were no such
// steps.
std::string time_to_go(std::size_t begun, std::size_t done, std::size_t total,
                       double elapsed_seconds);

// The bar: "train [######------] 50 %  00:07 left  loss 0.123".
std::string progress_bar(const std::string& title, std::size_t done, std::size_t total,
                         const std::string& left, const std::string& detail);

}  // namespace digits
