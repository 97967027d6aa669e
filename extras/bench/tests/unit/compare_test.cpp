// The comparison of two benchmarks, by hand-computed cases.
#include "bench/compare.h"

#include <cmath>
#include <limits>

#include "base/error.h"
#include "bench_documents.h"
#include "support/testing.h"

namespace digits {
namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();

BenchComparison compared(const Json& baseline, const Json& now, double tolerance = 0.2) {
  return compare(parse_bench_document(baseline, "base.json"), parse_bench_document(now, "new.json"),
                 tolerance);
}

// By hand: 12 +- 1.2 over 10 +- 1. With 12^2 - 1.2^2 = 142.56 and 10^2 - 1 = 99 the root is
// sqrt(120^2 - 142.56 * 99) = 16.9281; the ends are 142.56 / 136.9281 and 136.9281 / 99.
TEST(RelativeChange, MatchesHandCalculation) {
  const auto change = relative_change({12.0, 10.8, 13.2, 3}, {10.0, 9.0, 11.0, 4});
  EXPECT_NEAR(change.value, 0.2, 1e-12);
  EXPECT_NEAR(change.low, 0.041130, 1e-5);
  EXPECT_NEAR(change.high, 0.383112, 1e-5);
  EXPECT_EQ(change.n, 7U);
}

// Without a spread in either document the interval has no upper end.
TEST(RelativeChange, IsUnboundedForASingleValue) {
  const Quantity many{10.0, 9.0, 11.0, 4};
  const Quantity single{10.0, 0.0, kUnbounded, 1};
  for (const auto& change : {relative_change(single, many), relative_change(many, single)}) {
    EXPECT_EQ(change.value, 0.0);
    EXPECT_EQ(change.low, -1.0);
    EXPECT_EQ(change.high, kUnbounded);
  }
  EXPECT_EQ(relative_change(many, {10.0, 0.0, 20.0, 2}).high, kUnbounded);  // b may be 0
}

// The upper end accepts, the value rejects, both edges are accepted. 1.1 - 1 is above 0.1 by
// rounding alone.
TEST(JudgeCost, DecidesAtTheTolerance) {
  const auto verdict = [](double value, double high) {
    return judge_cost({value, -1.0, high, 6}, 0.2);
  };
  EXPECT_EQ(verdict(0.1, 0.2), CostVerdict::kNotSlower);
  EXPECT_EQ(verdict(0.2, 0.2), CostVerdict::kNotSlower);
  EXPECT_EQ(verdict(0.1, 0.201), CostVerdict::kUndecided);
  EXPECT_EQ(verdict(0.2, 0.3), CostVerdict::kUndecided);
  EXPECT_EQ(verdict(-0.9, kUnbounded), CostVerdict::kUndecided);
  EXPECT_EQ(verdict(0.201, 0.3), CostVerdict::kSlower);
  EXPECT_EQ(judge_cost({1.1 - 1.0, 0.0, 1.1 - 1.0, 6}, 0.1), CostVerdict::kNotSlower);
}

// 13 over 10 loops is 30 % more. More memory alone has a verdict by its one value.
TEST(CompareBench, NamesEachSlowerMeasure) {
  auto now = train_document(13.0, 0.1, 3);
  now["peak_memory_bytes"] = 130 * 1024 * 1024;
  const auto both = compared(train_document(10.0, 0.1, 3), now);
  EXPECT_EQ(both.changes[0].verdict_text(), "slower");
  EXPECT_EQ(both.changes[1].verdict_text(), "larger");
  EXPECT_EQ(change_text(both.changes[1].change), "+30.0 %");
  try {
    require_not_slower(both);
    FAIL() << "30 % more passed a tolerance of 20 %";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "gate.compute");
    EXPECT_THAT(error.what(), testing::HasSubstr("training: +30.0 % [+2"));
    EXPECT_THAT(error.what(), testing::HasSubstr("peak memory: +30.0 %; expected at most +20.0 %"));
  }
  require_not_slower(compared(train_document(10.0, 0.1, 3), now, 0.5));
}

// An equal or faster program passes; a wide interval is a warning and no failure.
TEST(CompareBench, AcceptsEqualAndWarnsWhenUndecided) {
  const auto equal = compared(train_document(10.0, 0.1, 3), train_document(10.0, 0.1, 3));
  EXPECT_EQ(equal.changes[0].verdict_text(), "not slower");
  EXPECT_TRUE(equal.warnings.empty());
  const auto single = compared(train_document(10.0, 0.0, 1), train_document(10.0, 0.0, 1));
  EXPECT_EQ(single.changes[0].verdict_text(), "undecided");
  ASSERT_EQ(single.warnings.size(), 1U);
  EXPECT_THAT(single.warnings[0],
              testing::HasSubstr("training is undecided: +0.0 % [-100.0, inf]"));
  require_not_slower(single);
  EXPECT_TRUE(Json(single).at("changes").at(0).at("change").at("high").is_null());
}

// Batch sizes are compared by name, in any order.
TEST(CompareBench, MatchesBatchSizesByName) {
  const auto result =
      compared(infer_document({{1, 1.0}, {64, 10.0}}), infer_document({{64, 30.0}, {1, 1.0}}));
  EXPECT_EQ(result.changes[0].verdict_text(), "not slower");
  EXPECT_EQ(result.changes[1].name, "torchscript, batch 64");
  EXPECT_EQ(result.changes[1].verdict_text(), "slower");
}

TEST(CompareBench, RejectsOtherKindsAndMissingMeasures) {
  const auto train = train_document(10.0, 0.1, 3);
  const auto one = infer_document({{1, 1.0}});
  const auto two = infer_document({{1, 1.0}, {64, 1.0}});
  expect_error("input.kind", [&] { compared(train, one); });
  expect_error("input.missing_measure", [&] { compared(one, two); });
  expect_error("input.missing_measure", [&] { compared(two, one); });
}

// Each condition of the measurement must be equal. Of a configuration the line is named.
TEST(CompareBench, RejectsOtherConditions) {
  const auto train = train_document(10.0, 0.1, 3);
  const auto refused = [&](const char* pointer, const Json& value, const char* message) {
    auto now = train;
    now[Json::json_pointer(pointer)] = value;
    try {
      compared(train, now);
      FAIL() << pointer << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "input.not_comparable");
      EXPECT_STREQ(error.what(), message);
    }
  };
  refused("/machine/threads", 2, "new.json: threads: \"2\", expected \"1\" as in base.json");
  refused("/machine/device", "cuda",
          "new.json: device: \"cuda\", expected \"cpu\" as in base.json");
  refused("/machine/precision", "float32",
          "new.json: precision: \"float32\", expected \"bf16\" as in base.json");
  refused("/data", "other", "new.json: data: \"other\", expected \"set\" as in base.json");
  refused("/calibrated/n", 4, "new.json: seeds: \"4\", expected \"3\" as in base.json");
  refused("/config", "seed = 1\nepochs = 4\n",
          "new.json: config: \"epochs = 4\", expected \"epochs = 3\" as in base.json");
  refused("/config", "seed = 1\n",
          "new.json: config: \"\", expected \"epochs = 3\" as in base.json");
}

// The calibration cancels a part of another processor: a warning.
TEST(CompareBench, WarnsAboutAnotherProcessor) {
  auto now = train_document(10.0, 0.1, 3);
  now["machine"]["cpu"] = "B";
  const auto result = compared(train_document(10.0, 0.1, 3), now);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_THAT(result.warnings[0], testing::HasSubstr("cpu: \"B\", the baseline's is \"A\""));
}

}  // namespace
}  // namespace digits
