// Times a fixed reference loop. A time divided by it depends less on the clock frequency and on
// other work of the machine than the time itself.
#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace digits {

// One pass of the loop over all elements: y = 0.5 y + x (1 - x). With x in [0, 1] and y in [0, 0.5]
// y stays in [0, 0.5]. `y` must be as long as `x`, or longer.
void reference_pass(const std::vector<float>& x, std::vector<float>& y);

// Seconds of one loop, above 0.
struct LoopTime {
  double whole = 0.0;    // with the times in which other work had the core: as a whole training
  double typical = 0.0;  // number of passes times their median: as the median of short calls
  float result = 0.0F;   // of all passes, so that the compiler does not leave them out
};

// Times the loop: passes of float32 arithmetic over 512 KiB, in one thread, without Torch; 20 to 50
// ms.
LoopTime time_loop();

// The times of the loop before, between and after the parts of a measurement.
class Calibration {
 public:
  explicit Calibration(std::function<LoopTime()> loop = time_loop) : loop_(std::move(loop)) {}

  // Times the loop: once before the first part, then after each part.
  void measure() { loops_.push_back(loop_()); }

  // The loop beside the latest part: the mean of the times before and after it. Requires two calls
  // of measure().
  LoopTime beside() const;

 private:
  std::function<LoopTime()> loop_;
  std::vector<LoopTime> loops_;
};

}  // namespace digits
