// How often the drift test alarms, in a table: on resamples of the distribution that the reference
// came from, and on each shift of tests/support/shifts.h.
//   drift_table            synthetic digits: 5,000 for the reference, 20,000 others to draw from
//   drift_table MNIST_DIR  MNIST's training images: 10,000 for the reference, 50,000 to draw from;
//                          and its test images against all 60,000
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>

#include "base/error.h"
#include "base/rng.h"
#include "data/drift.h"
#include "data/load.h"
#include "support/shifts.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

constexpr int kResamples = 200;
constexpr std::array<std::size_t, 4> kSizes{50, 200, 500, 1000};  // images in a resample
constexpr std::size_t kClosest = 200;                             // the size to look at closely
constexpr int kThreads = 2;

// `n` images of the pool, none twice; which ones is a function of the index.
Dataset resample(const Dataset& pool, std::size_t n, std::uint64_t index) {
  auto order = permutation(static_cast<std::uint32_t>(pool.size()), 0, Stream::kTest, index);
  order.resize(std::min(n, order.size()));
  return subset(pool, order);
}

struct Outcome {
  int alarms = 0;
  std::map<std::string, double> effects;  // of each feature, summed over the resamples
  double lowest = 1.0;                    // of a resample's largest effect
  double highest = 0.0;
};

Outcome measure(const Profile& reference, const Dataset& pool, std::size_t n) {
  Outcome outcome;
  for (std::uint64_t r = 0; r < kResamples; ++r) {
    const auto tests = compare(reference, make_profile(resample(pool, n, r), kThreads));
    double largest = 0.0;
    for (const auto& test : tests) {
      outcome.effects[test.feature] += test.effect;
      largest = std::max(largest, test.effect);
    }
    outcome.lowest = std::min(outcome.lowest, largest);
    outcome.highest = std::max(outcome.highest, largest);
    outcome.alarms +=
        std::any_of(tests.begin(), tests.end(), [](const auto& test) { return test.drifted; });
  }
  return outcome;
}

void print_row(const std::string& source, const std::string& change, const Profile& reference,
               const Dataset& pool) {
  fmt::print("| {} | {} |", source, change);
  for (const auto n : kSizes) fmt::print(" {} |", measure(reference, pool, n).alarms);
  const auto outcome = measure(reference, pool, kClosest);
  const auto strongest =
      std::max_element(outcome.effects.begin(), outcome.effects.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  fmt::print(" {:.2f} to {:.2f} | {} |\n", outcome.lowest, outcome.highest, strongest->first);
  std::fflush(stdout);
}

void print_shifts(const std::string& source, const Profile& reference, const Dataset& pool) {
  for (const auto& shift : shifts()) print_row(source, shift.name, reference, shift.apply(pool));
}

// The samples from `begin` to `end` of a fixed permutation.
Dataset part(const Dataset& set, std::size_t begin, std::size_t end) {
  const auto order = permutation(static_cast<std::uint32_t>(set.size()), 0, Stream::kSplit);
  return subset(set, {order.begin() + static_cast<std::ptrdiff_t>(begin),
                      order.begin() + static_cast<std::ptrdiff_t>(end)});
}

void measure_synthetic() {
  SyntheticOptions options;
  options.count = 25000;
  options.threads = kThreads;
  const auto all = synthesise(options);
  const auto reference = make_profile(part(all, 0, 5000), kThreads);
  const auto pool = part(all, 5000, 25000);
  print_row("synthetic", "none", reference, pool);
  print_shifts("synthetic", reference, pool);
}

void measure_mnist(const std::string& folder) {
  const auto sets = load_sets(folder);
  const auto n = sets.train.size();
  const auto reference = make_profile(part(sets.train, 0, n / 6), kThreads);
  const auto pool = part(sets.train, n / 6, n);
  print_row("MNIST", "none", reference, pool);
  print_shifts("MNIST", reference, pool);
  const auto start = std::chrono::steady_clock::now();
  const auto all = make_profile(sets.train, kThreads);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  print_row("MNIST", "test set", all, sets.test);
  fmt::print("\nA profile of {} images: {:.2f} s, {} threads.\n", n, seconds.count(), kThreads);
}

void run(const std::vector<std::string>& arguments) {
  fmt::print("| data | change | n = {} | largest effect, n = {} | strongest |\n",
             fmt::join(kSizes, " | n = "), kClosest);
  fmt::print("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  if (arguments.empty()) {
    measure_synthetic();
  } else {
    measure_mnist(arguments.front());
  }
}

}  // namespace
}  // namespace digits

int main(int argc, char** argv) {
  try {
    digits::run({argv + 1, argv + argc});
    return 0;
  } catch (const digits::Error& error) {
    std::fprintf(stderr, "%s\n", digits::one_line(error).c_str());
    return digits::exit_status(error.code());
  }
}
