#include "bench/calibration.h"

#include <chrono>
#include <cstddef>

#include "base/statistics.h"

namespace digits {

namespace {

constexpr std::size_t kElements = std::size_t{64} * 1024;  // of each array: 256 KiB
constexpr std::size_t kPasses = 2400;

}  // namespace

void reference_pass(const std::vector<float>& x, std::vector<float>& y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = 0.5F * y[i] + x[i] * (1.0F - x[i]);
}

LoopTime time_loop() {
  using Clock = std::chrono::steady_clock;
  const std::vector<float> x(kElements, 0.5F);
  std::vector<float> y(kElements);
  std::vector<double> passes(kPasses);
  const auto start = Clock::now();
  for (auto& seconds : passes) {
    const auto pass_start = Clock::now();
    reference_pass(x, y);
    seconds = std::chrono::duration<double>(Clock::now() - pass_start).count();
  }
  const std::chrono::duration<double> whole = Clock::now() - start;
  return {whole.count(), static_cast<double>(kPasses) * spread(passes).median, y.front()};
}

LoopTime Calibration::beside() const {
  const auto& before = loops_.at(loops_.size() - 2);
  const auto& after = loops_.back();
  return {0.5 * (before.whole + after.whole), 0.5 * (before.typical + after.typical), after.result};
}

}  // namespace digits
