// Draws random numbers from a counter-based generator keyed by (seed, stream, index).
//
// Every random decision of the pipeline is a pure function of its key: the shuffle of epoch e, the
// augmentation of sample i in epoch e, synthetic digit k. Nothing depends on thread count, batch
// order or earlier draws.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace digits {

// The purpose of a key; two streams of one seed are independent.
enum class Stream : std::uint32_t {
  kSplit = 1,
  kShuffle = 2,
  kAugment = 3,
  kSynthetic = 4,
  kWeights = 5,
  kTest = 6,
  kTestPart = 7,
  kBootstrap = 8,
  kPerturb = 9,
};

// One block of Philox 4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
// 1, 2, 3", SC 2011. Checked against the authors' known-answer vectors.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) noexcept;

// A sequence of draws under one key. Cheap to construct; copy it to replay it. The distributions
// are our own because those of <random> differ between standard libraries.
class Rng {
 public:
  Rng(std::uint64_t seed, Stream stream, std::uint64_t index = 0) noexcept;

  std::uint32_t next() noexcept;                      // uniform over all 32-bit values
  double uniform() noexcept;                          // [0, 1), 53 random bits
  double uniform(double low, double high) noexcept;   // [low, high)
  double normal() noexcept;                           // mean 0, variance 1 (Box-Muller)
  std::uint32_t below(std::uint32_t bound) noexcept;  // [0, bound), unbiased; bound >= 1

  template <typename T>
  void shuffle(std::vector<T>& values) noexcept {  // Fisher-Yates; below 2^32 values
    for (auto i = values.size(); i > 1; --i) {
      std::swap(values[i - 1], values[below(static_cast<std::uint32_t>(i))]);
    }
  }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;  // {block, stream, index low, index high}
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;  // values of block_ already drawn
};

// 0 .. n-1 in an order that the key decides.
std::vector<std::uint32_t> permutation(std::uint32_t n, std::uint64_t seed, Stream stream,
                                       std::uint64_t index = 0);

}  // namespace digits
