// What a person sees while work goes on: a bar with time to go on a terminal, plain lines
// elsewhere.
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

  // `done` of `total` steps are done; `detail` ("loss 0.123") stands at the end of the bar.
  void update(std::size_t done, std::size_t total, const std::string& detail);

  // A line that stays, above the bar: "epoch 1/3 ...".
  void line(const std::string& text);

 private:
  using Clock = std::chrono::steady_clock;
  std::string title_;
  bool terminal_;
  Clock::time_point start_;
  Clock::time_point drawn_;
};

// The bar itself: "train [######------] 50 %  00:07 left  loss 0.123".
std::string progress_bar(const std::string& title, std::size_t done, std::size_t total,
                         double elapsed_seconds, const std::string& detail);

}  // namespace digits
