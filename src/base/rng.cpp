#include "base/rng.h"

#include <cmath>
#include <numeric>

namespace digits {

namespace {

constexpr double kTwoPi = 6.283185307179586476925286766559;

std::pair<std::uint32_t, std::uint32_t> multiply_high_low(std::uint32_t a, std::uint32_t b) {
  const auto product = std::uint64_t{a} * b;
  return {static_cast<std::uint32_t>(product >> 32), static_cast<std::uint32_t>(product)};
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const auto [high0, low0] = multiply_high_low(0xD2511F53U, counter[0]);
    const auto [high1, low1] = multiply_high_low(0xCD9E8D57U, counter[2]);
    counter = {high1 ^ counter[1] ^ key[0], low1, high0 ^ counter[3] ^ key[1], low0};
    key[0] += 0x9E3779B9U;  // golden ratio
    key[1] += 0xBB67AE85U;  // sqrt(3) - 1
  }
  return counter;
}

Rng::Rng(std::uint64_t seed, Stream stream, std::uint64_t index) noexcept
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0, static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(index),
               static_cast<std::uint32_t>(index >> 32)} {}

std::uint32_t Rng::next() noexcept {
  if (used_ == block_.size()) {
    block_ = philox4x32(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }
  return block_[used_++];
}

double Rng::uniform() noexcept {
  const std::uint64_t high = next() >> 5;  // 27 bits
  const std::uint64_t low = next() >> 6;   // 26 bits
  return static_cast<double>((high << 26) | low) * 0x1p-53;
}

double Rng::uniform(double low, double high) noexcept { return low + (high - low) * uniform(); }

double Rng::normal() noexcept {
  const double radius = std::sqrt(-2.0 * std::log1p(-uniform()));  // log of (0, 1]: never infinite
  return radius * std::cos(kTwoPi * uniform());
}

std::uint32_t Rng::below(std::uint32_t bound) noexcept {
  // Lemire, "Fast random integer generation in an interval", 2019: reject the biased low products.
  const std::uint32_t threshold = (0U - bound) % bound;
  auto product = multiply_high_low(next(), bound);
  while (product.second < threshold) product = multiply_high_low(next(), bound);
  return product.first;
}

std::vector<std::uint32_t> permutation(std::uint32_t n, std::uint64_t seed, Stream stream,
                                       std::uint64_t index) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  Rng(seed, stream, index).shuffle(order);
  return order;
}

}  // namespace digits
