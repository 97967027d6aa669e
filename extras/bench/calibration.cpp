#include "bench/calibration.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace digits {

namespace {

constexpr std::size_t kElements = 64 * 1024;  // of each array: 256 KiB
constexpr std::size_t kPasses = 2400;

volatile float used_result = 0.0F;  // the compiler must not remove the loop

}  // namespace

void reference_pass(const std::vector<float>& x, std::vector<float>& y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = 0.5F * y[i] + x[i] * (1.0F - x[i]);
}

LoopTime time_loop() {
  using Clock = std::chrono::steady_clock;
  std::vector<float> x(kElements);
  std::vector<float> y(kElements);
  for (std::size_t i = 0; i < kElements; ++i) x[i] = static_cast<float>(i) / kElements;
  std::vector<double> passes;
  const auto start = Clock::now();
  for (std::size_t pass = 0; pass < kPasses; ++pass) {
    const auto pass_start = Clock::now();
    reference_pass(x, y);
    passes.push_back(std::chrono::duration<double>(Clock::now() - pass_start).count());
  }
  const std::chrono::duration<double> whole = Clock::now() - start;
  used_result = y[kElements / 2];
  std::nth_element(passes.begin(), passes.begin() + kPasses / 2, passes.end());
  return {whole.count(), passes[kPasses / 2] * static_cast<double>(kPasses)};
}

LoopTime Calibration::beside() const {
  const auto& before = loops_.at(loops_.size() - 2);
  const auto& after = loops_.back();
  return {0.5 * (before.whole + after.whole), 0.5 * (before.typical + after.typical)};
}

}  // namespace digits
