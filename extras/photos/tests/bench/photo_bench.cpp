// Throughput of the search for digits in a photograph.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <opencv2/core.hpp>

#include "photos/photo.h"

namespace digits {
namespace {

// Pictures a second: one digit on a square sheet with sides of this length.
void photo(benchmark::State& state) {
  const int side = static_cast<int>(state.range(0));
  cv::Mat1b sheet(side, side, std::uint8_t{220});
  sheet(cv::Rect(side / 3, side / 4, side / 12, side / 2)) = 30;
  for (auto _ : state) benchmark::DoNotOptimize(cut_out_digits(sheet));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(photo)->ArgName("side")->Arg(300)->Arg(1000)->Arg(7000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace digits
