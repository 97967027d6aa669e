// Throughput of the data stage: drawing digits, augmenting, reading IDX files.
#include <benchmark/benchmark.h>

#include "data/augment.h"
#include "data/gzip.h"
#include "data/idx.h"
#include "data/load.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

SyntheticOptions drawing(std::size_t count, int threads) {
  SyntheticOptions options;
  options.count = count;
  options.threads = threads;
  return options;
}

const Dataset& digits_to_use() {
  static const auto set = synthesise(drawing(10000, 2));
  return set;
}

// Images a second from stroke to normal form.
void synthesis(benchmark::State& state) {
  const auto options = drawing(4000, static_cast<int>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(synthesise(options));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(options.count));
}
BENCHMARK(synthesis)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

// Images a second on one thread, under one kind of augmentation.
void augmentation(benchmark::State& state, const AugmentOptions& options) {
  const auto& set = digits_to_use();
  std::vector<std::uint8_t> out(set.schema.image_bytes());
  std::uint64_t key = 0;
  for (auto _ : state) {
    augment(options, set.schema, set.image(key % set.size()), out.data(),
            Rng(0, Stream::kAugment, key));
    benchmark::DoNotOptimize(out.data());
    ++key;
  }
  state.SetItemsProcessed(state.iterations());
}

AugmentOptions strength(double AugmentOptions::*kind, double value) {
  AugmentOptions options;
  options.*kind = value;
  return options;
}

AugmentOptions affine() {
  AugmentOptions options;
  options.rotation = 8.0;
  options.shift = 1.5;
  options.scale = options.shear = 0.1;
  return options;
}

BENCHMARK_CAPTURE(augmentation, affine, affine());
BENCHMARK_CAPTURE(augmentation, elastic, strength(&AugmentOptions::elastic, 30.0));
BENCHMARK_CAPTURE(augmentation, noise, strength(&AugmentOptions::noise, 0.1));
BENCHMARK_CAPTURE(augmentation, blur, strength(&AugmentOptions::blur, 1.0));
BENCHMARK_CAPTURE(augmentation, erase, strength(&AugmentOptions::erase, 0.4));

// Images a second from a file's bytes in memory to checked values.
void idx_reading(benchmark::State& state, bool zipped) {
  const auto& set = digits_to_use();
  const auto plain = format_idx({{static_cast<std::uint32_t>(set.size()), 28, 28}, set.images});
  const auto bytes = zipped ? gzip(plain) : plain;
  for (auto _ : state) {
    const auto array =
        zipped ? parse_idx(gunzip(bytes, "set", plain.size()), "set") : parse_idx(bytes, "set");
    benchmark::DoNotOptimize(array.values.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(set.size()));
}
BENCHMARK_CAPTURE(idx_reading, plain, false);
BENCHMARK_CAPTURE(idx_reading, gzip, true);

}  // namespace
}  // namespace digits
