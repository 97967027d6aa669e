// How long validation takes on 60,000 training and 10,000 test images: synthetic digits, or the IDX
// set in the folder that DIGITS_BENCH_DATA names.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include "data/load.h"
#include "data/validate.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

Dataset draw(std::size_t count, std::uint64_t first_index) {
  SyntheticOptions options;
  options.count = count;
  options.first_index = first_index;
  options.threads = 2;
  return synthesise(options);
}

const Sets& sets() {
  static const char* const folder = std::getenv("DIGITS_BENCH_DATA");
  static const Sets all =
      folder != nullptr ? load_sets(folder) : Sets{draw(60000, 0), draw(10000, 60000)};
  return all;
}

// Everything that the validation stage looks for, in both parts and between them.
void validation(benchmark::State& state) {
  const auto& train = sets().train;  // made before the clock runs
  const auto& test = sets().test;
  const auto threads = static_cast<int>(state.range(0));
  std::size_t findings = 0;
  for (auto _ : state) {
    findings = validate(train, threads).size() + validate(test, threads).size() +
               validate_leakage(train, test, threads).size();
  }
  state.counters["findings"] = static_cast<double>(findings);
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(train.size() + test.size()));
}
BENCHMARK(validation)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace digits
