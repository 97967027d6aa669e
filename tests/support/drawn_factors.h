// The known causes of synthetic images, to compare with what is measured in them.
#pragma once

#include <vector>

#include "synthetic/synthetic.h"

namespace digits {

// The factors of each digit of synthesise(options), in the same order.
inline std::vector<Factors> drawn_factors(const SyntheticOptions& options) {
  std::vector<Factors> factors;
  for (std::size_t i = 0; i < options.count; ++i) {
    const auto index = options.first_index + i;
    Rng rng(options.seed, Stream::kSynthetic, index);
    const auto digit = index % static_cast<std::uint64_t>(options.classes);
    factors.push_back(draw_factors(static_cast<int>(digit), rng));
  }
  return factors;
}

}  // namespace digits
