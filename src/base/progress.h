// Progress of work: a bar with the time left on a terminal, plain lines elsewhere.
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
  // first call starts the clock, so that work which goes on where it was left is not taken to have
  // been done in no time.
  void update(std::size_t done, std::size_t total, const std::string& detail);

  // "00:10 left", as of the last update.
  std::string time_left() const;

  // A line that stays, above the bar: "epoch 1/3 ...".
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

// The time that the steps from `done` to `total` will take if they take as long each as those from
// `begun` to `done`, which took `elapsed_seconds`: "00:10 left" (minutes, seconds), "--:-- left"
// when there were none.
std::string time_to_go(std::size_t begun, std::size_t done, std::size_t total,
                       double elapsed_seconds);

// The bar itself: "train [######------] 50 %  00:07 left  loss 0.123".
std::string progress_bar(const std::string& title, std::size_t done, std::size_t total,
                         const std::string& left, const std::string& detail);

}  // namespace digits
