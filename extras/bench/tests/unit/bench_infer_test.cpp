// Latencies, and the budgets that they exceed.
#include "bench/bench_infer.h"

#include "base/error.h"
#include "support/testing.h"

namespace digits {
namespace {

// 100 times of 1 to 100 us, in no order: the median is the 51st, the 99th percentile the 100th.
TEST(CallTimes, AreThePercentilesOfTheSortedTimes) {
  std::vector<double> times;
  for (int i = 0; i < 100; ++i) times.push_back(1.0 + (i * 37) % 100);
  const auto summary = summarise_rounds({{times, 0.02}}, 8);
  EXPECT_EQ(summary.calls, 100);
  EXPECT_DOUBLE_EQ(summary.p50, 51.0);
  EXPECT_DOUBLE_EQ(summary.p99, 100.0);
  EXPECT_DOUBLE_EQ(summary.images_per_second, 8.0 / 51.0 * 1e6);
}

TEST(CallTimes, OfOneCallEqualItsTime) {
  const auto summary = summarise_rounds({{{5.0}, 0.02}}, 1);
  EXPECT_DOUBLE_EQ(summary.p50, 5.0);
  EXPECT_DOUBLE_EQ(summary.p99, 5.0);
}

// By hand: medians of 20,000 and 60,000 us, in loops of 0.02 and 0.03 s; percentiles over all
// calls.
TEST(CallTimes, AreCalibratedByRound) {
  const auto summary =
      summarise_rounds({{{20000.0, 10000.0, 90000.0}, 0.02}, {{60000.0}, 0.03}}, 1);
  EXPECT_EQ(summary.calls, 4);
  EXPECT_EQ(summary.p50, 60000.0);
  EXPECT_EQ(summary.calibrated.n, 2U);
  EXPECT_DOUBLE_EQ(summary.calibrated.min, 1.0);
  EXPECT_DOUBLE_EQ(summary.calibrated.max, 2.0);
}

TEST(CallsInRound, AddUpToAllCalls) {
  for (const std::int64_t calls : {1, 3, 5, 7, 200}) {
    std::int64_t sum = 0;
    for (std::int64_t round = 0; round < 5; ++round) sum += calls_in_round(calls, 5, round);
    EXPECT_EQ(sum, calls);
  }
  EXPECT_EQ(calls_in_round(7, 5, 1), 2);
  EXPECT_EQ(calls_in_round(7, 5, 2), 1);
  EXPECT_EQ(calls_in_round(3, 5, 3), 0);
}

// A whole number, and nothing else.
TEST(ParseBatch, ReadsTheWholeWord) {
  EXPECT_EQ(parse_batch("1"), 1);
  EXPECT_EQ(parse_batch("256"), 256);
  for (const char* word : {"", "x", "8x", "1.5", " 8", "99999999999999999999"}) {
    EXPECT_EQ(parse_batch(word), 0) << word;
  }
}

constexpr const char* kBudgets = "[cpu]\n1 = 2.5\n64 = 40\n[cuda]\n1 = 1.0\n";

// Milliseconds in the file, microseconds inside; a device sees its own table only.
TEST(LatencyBudgets, AreReadByDevice) {
  EXPECT_EQ(parse_latency_budgets(kBudgets, "test", "cpu"),
            (LatencyBudgets{{1, 2500.0}, {64, 40000.0}}));
  EXPECT_EQ(parse_latency_budgets(kBudgets, "test", "cuda"), (LatencyBudgets{{1, 1000.0}}));
}

// A mistake in the file is an error. It must not remove a bound silently.
TEST(LatencyBudgets, RejectInvalidBudgets) {
  const auto expect_refused = [](const std::string& code, const std::string& toml) {
    expect_error(code, [&] { parse_latency_budgets(toml, "test", "cpu"); });
  };
  expect_refused("config.missing_key", "[gpu]\n1 = 1.0\n");
  expect_refused("config.value", "[cpu]\n");
  expect_refused("config.value", "[cpu]\nfew = 1.0\n");
  expect_refused("config.value", "[cpu]\n8x = 1.0\n");
  expect_refused("config.value", "[cpu]\n0 = 1.0\n");
  expect_refused("config.value", "[cpu]\n1 = 0.0\n");
  expect_refused("config.value", "[cpu]\n1 = nan\n");
  expect_refused("config.type", "[cpu]\n1 = \"fast\"\n");
  expect_refused("config.syntax", "[cpu\n");
}

CallTimes median_of(std::int64_t batch, double microseconds) {
  return summarise_rounds({{{microseconds}, 0.02}}, batch);
}

// A latency equal to the budget is accepted. Each size above its budget is named. A size without a
// budget has no limit.
TEST(LatencyBudgets, NameEachSizeOverBudget) {
  const LatencyBudgets budgets{{1, 100.0}, {64, 1000.0}};
  require_latency({median_of(1, 100.0), median_of(64, 1000.0), median_of(2, 1e9)}, budgets);
  try {
    require_latency({median_of(1, 101.0), median_of(64, 1000.0)}, budgets);
    FAIL() << "101 us passed a budget of 100 us";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "gate.latency");
    EXPECT_THAT(error.what(), testing::HasSubstr("batch 1: 101.0 us"));
    EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("batch 64")));
  }
}

// A budget for a size that was not timed would always pass.
TEST(LatencyBudgets, RejectUntimedSizes) {
  expect_error("config.value", [] { require_timed({{64, 1000.0}}, {1, 256}); });
  require_timed({{64, 1000.0}}, {1, 64});
  require_timed({}, {1});
}

}  // namespace
}  // namespace digits
