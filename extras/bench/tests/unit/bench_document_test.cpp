// The documents of the benchmarks, as a comparison reads them.
#include "bench/bench_document.h"

#include <cmath>

#include "bench_documents.h"
#include "support/testing.h"

namespace digits {
namespace {

// By hand: t = 3.182446 for 3 degrees of freedom, times 1 over the root of 4.
TEST(MeanOfSpread, MatchesHandCalculation) {
  const auto mean = mean_of_spread({0.0, 0.0, 0.0, 10.0, 1.0, 4});
  EXPECT_EQ(mean.value, 10.0);
  EXPECT_NEAR(mean.low, 10.0 - 1.591223, 1e-6);
  EXPECT_NEAR(mean.high, 10.0 + 1.591223, 1e-6);
  EXPECT_EQ(mean.n, 4U);
}

// Two values have a t of 12.706205, here times 5 over the root of 2; a time is not negative. One
// value has no spread.
TEST(MeanOfSpread, IsCutOffAtZeroAndUnboundedForOneValue) {
  const auto two = mean_of_spread({0.0, 0.0, 0.0, 10.0, 5.0, 2});
  EXPECT_EQ(two.low, 0.0);
  EXPECT_NEAR(two.high, 10.0 + 44.923218, 1e-5);
  const auto one = mean_of_spread({0.0, 0.0, 0.0, 10.0, 0.0, 1});
  EXPECT_EQ(one.low, 0.0);
  EXPECT_TRUE(std::isinf(one.high));
}

TEST(BenchDocument, ReadsTraining) {
  const auto document = parse_bench_document(train_document(40.0, 1.0, 3), "a.json");
  ASSERT_EQ(document.measures.size(), 2U);
  EXPECT_EQ(document.measures[0].name, "training");
  EXPECT_EQ(document.measures[0].value.value, 40.0);
  EXPECT_EQ(document.measures[1].name, "peak memory");
  EXPECT_EQ(document.measures[1].value.value, 100.0);  // MiB
  EXPECT_EQ(document.calibration_seconds, 0.03);
}

TEST(BenchDocument, ReadsEachEngineAndBatchSize) {
  const auto document = parse_bench_document(infer_document({{1, 0.5}, {64, 9.0}}), "a.json");
  ASSERT_EQ(document.measures.size(), 2U);
  EXPECT_EQ(document.measures[1].name, "torchscript, batch 64");
  EXPECT_EQ(document.measures[1].value.value, 9.0);
  EXPECT_EQ(document.repetition, "rounds");
}

// A version without a calibration, another document, and no object.
TEST(BenchDocument, RejectsOtherSchemas) {
  for (const auto& document :
       {Json{{"schema", "digits.bench_train/1"}}, Json{{"seeds", 1}}, Json::array(), Json(3)}) {
    expect_error("input.schema", [&] { parse_bench_document(document, "a.json"); });
  }
}

// A missing value, one of another type, and one that no measurement gives. The message names file
// and key.
TEST(BenchDocument, RejectsDamagedValues) {
  const auto damaged = [](Json document, const char* pointer, const Json& value) {
    document[Json::json_pointer(pointer)] = value;
    expect_error("input.malformed", [&] { parse_bench_document(document, "a.json"); });
  };
  const auto train = train_document(40.0, 1.0, 3);
  damaged(train, "/calibrated/mean", 0.0);
  damaged(train, "/calibrated/mean", "fast");
  damaged(train, "/calibrated/stddev", -1.0);
  damaged(train, "/calibrated/n", 0);
  damaged(train, "/calibration", nullptr);
  damaged(train, "/peak_memory_bytes", -5);
  damaged(train, "/machine", Json::object());
  damaged(infer_document({{1, 0.5}}), "/times", Json::array());
  damaged(infer_document({{1, 0.5}}), "/times/0/batch", 0);
  try {
    auto document = train;
    document["calibrated"]["mean"] = -2.0;
    parse_bench_document(document, "a.json");
    FAIL() << "a time of -2 passed";
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "a.json: /calibrated/mean: -2, expected a finite number above 0");
  }
}

}  // namespace
}  // namespace digits
