#include "data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace digits {

Split stratified_split(const Dataset& set, double validation_share, std::uint64_t seed,
                       Stream stream) {
  if (!(validation_share > 0.0 && validation_share < 1.0)) {
    throw Error("config.split",
                fmt::format("held-out share {}, expected between 0 and 1", validation_share),
                "set data.validation_share, or data.test_share, in the configuration");
  }
  std::vector<std::vector<std::uint32_t>> by_class(set.schema.class_names.size());
  for (std::uint32_t i = 0; i < set.size(); ++i) by_class.at(set.labels[i]).push_back(i);

  Split split;
  for (std::size_t k = 0; k < by_class.size(); ++k) {
    auto& members = by_class[k];
    if (members.size() < 2) {
      throw Error("data.too_few",
                  fmt::format("class {} has {} samples, expected at least 2",
                              set.schema.class_names[k], members.size()),
                  "each part needs one sample");
    }
    Rng(seed, stream, k).shuffle(members);
    const auto wanted = std::lround(validation_share * static_cast<double>(members.size()));
    const auto held_out = std::clamp(wanted, 1L, static_cast<long>(members.size()) - 1);
    split.validation.insert(split.validation.end(), members.begin(), members.begin() + held_out);
    split.train.insert(split.train.end(), members.begin() + held_out, members.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.validation.begin(), split.validation.end());
  return split;
}

Split split_last(const Dataset& set, std::size_t validation) {
  Split split{std::vector<std::uint32_t>(set.size() - validation),
              std::vector<std::uint32_t>(validation)};
  std::iota(split.train.begin(), split.train.end(), 0U);
  std::iota(split.validation.begin(), split.validation.end(),
            static_cast<std::uint32_t>(split.train.size()));
  return split;
}

}  // namespace digits
