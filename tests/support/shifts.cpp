#include "support/shifts.h"

#include "data/perturb.h"

namespace digits {

namespace {

Dataset skew(const Dataset& set) {
  std::vector<std::uint32_t> kept;
  std::vector<int> seen(static_cast<std::size_t>(set.schema.classes()), 0);
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    const auto label = set.labels[i];
    if (label % 2 == 0 || seen[label]++ % 3 == 0) kept.push_back(i);
  }
  return subset(set, kept);
}

Shift of(const char* name, const Perturbation& change) {
  return {name, [=](const Dataset& set) { return perturbed(set, change); }};
}

}  // namespace

const std::vector<Shift>& shifts() {
  static const std::vector<Shift> all{
      of("inverted", toned(-1.0, 1.0)), of("shifted", moved({0.0, 1.0, 0.0, 3.0})),
      of("blurred", blurred(1.0)),      of("noisy", noisy(32.0 / 255.0)),
      of("thickened", thickened(2)),    {"class-skewed", skew}};
  return all;
}

}  // namespace digits
