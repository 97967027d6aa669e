// The comparison of two benchmarks, by hand-computed cases.
#include "bench/compare.h"

#include <spdlog/spdlog.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/log.h"
#include "bench/command_bench.h"
#include "bench_documents.h"
#include "support/option_list.h"
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
    EXPECT_EQ(change.n, 5U);
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
  refused("/config", "seed = 1\nepochs = 3\n\n[train]\n",
          "new.json: config: \"[train]\", expected \"\" as in base.json");
}

// The calibration cancels a part of another processor: a warning.
TEST(CompareBench, WarnsAboutAnotherProcessor) {
  auto now = train_document(10.0, 0.1, 3);
  now["machine"]["cpu"] = "B";
  const auto result = compared(train_document(10.0, 0.1, 3), now);
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_THAT(result.warnings[0], testing::HasSubstr("cpu: \"B\", the baseline's is \"A\""));
}

// The whole table, document, warnings and error of a slower program on another processor; then an
// equal program of one seed, which is undecided. The commands' options are listed, too.
TEST(CompareCommand, PrintsAndWritesEachMeasure) {
  const TemporaryDirectory folder;
  auto slow = train_document(13.0, 0.1, 3);
  slow["peak_memory_bytes"] = 130 * 1024 * 1024;
  slow["machine"]["cpu"] = "B";
  const auto base_file = (folder / "base.json").string();
  const auto slow_file = (folder / "slow.json").string();
  const auto one_file = (folder / "one.json").string();
  write_json(base_file, train_document(10.0, 0.1, 3));
  write_json(slow_file, slow);
  write_json(one_file, train_document(10.0, 0.0, 1));
  const auto logger = spdlog::default_logger();
  std::string warnings, message;
  const auto printed = [&](const std::vector<std::string>& words) {
    testing::internal::CaptureStderr();
    start_logging();
    testing::internal::CaptureStdout();
    message.clear();
    try {
      EXPECT_EQ(command_bench(words), 0);
    } catch (const Error& error) {
      message = one_line(error);
    }
    warnings = testing::internal::GetCapturedStderr();
    return testing::internal::GetCapturedStdout();
  };
  EXPECT_EQ(printed({"compare", base_file, slow_file}),
            "measure                      unit   baseline        new  change                     "
            "verdict\n"
            "training                    loops         10         13  +30.0 % [+26.0, +34.2]     "
            "slower\n"
            "peak memory                   MiB        100        130  +30.0 %                    "
            "larger\n"
            "\n"
            "loop       0.0300 s in the baseline, 0.0300 s in the new one\n"
            "interval   95 %, by the spread of 3 and 3 seeds\n"
            "tolerance  20 %\n");
  const std::string other_cpu =
      "cpu: \"B\", the baseline's is \"A\"; the calibration cancels only a part of the difference";
  EXPECT_EQ(warnings, "[warning] " + other_cpu + "\n");
  EXPECT_EQ(message,
            "digits: gate.compute: training: +30.0 % [+26.0, +34.2]; peak memory: +30.0 %; "
            "expected at most +20.0 % (hint: measure again on a quiet machine; if it stays, find "
            "the change that costs the time)");

  const auto loops = [](double mean) { return mean_of_spread({0.0, 0.0, 0.0, mean, 0.1, 3}); };
  const Quantity memory{100.0, 100.0, 100.0, 1}, more{130.0, 130.0, 130.0, 1};
  auto changes = Json::array();
  changes.push_back(Json{{"name", "training"},
                         {"unit", "loops"},
                         {"baseline", 10.0},
                         {"new", 13.0},
                         {"change", relative_change(loops(13.0), loops(10.0))},
                         {"verdict", "slower"}});
  changes.push_back(Json{{"name", "peak memory"},
                         {"unit", "MiB"},
                         {"baseline", 100.0},
                         {"new", 130.0},
                         {"change", relative_change(more, memory)},
                         {"verdict", "larger"}});
  EXPECT_EQ(Json::parse(printed({"compare", base_file, slow_file, "--json"})),
            (Json{{"schema", "digits.bench_compare/1"},
                  {"tolerance", 0.2},
                  {"changes", changes},
                  {"warnings", Json::array({other_cpu})}}));

  EXPECT_EQ(printed({"compare", one_file, one_file, "--tolerance", "0.5"}),
            "measure                      unit   baseline        new  change                     "
            "verdict\n"
            "training                    loops         10         10  +0.0 % [-100.0, inf]       "
            "undecided\n"
            "peak memory                   MiB        100        100  +0.0 %                     "
            "not larger\n"
            "\n"
            "loop       0.0300 s in the baseline, 0.0300 s in the new one\n"
            "interval   95 %, by the spread of 1 and 1 seeds\n"
            "tolerance  50 %\n");
  EXPECT_EQ(warnings,
            "[warning] training is undecided: +0.0 % [-100.0, inf]; a quieter machine or more "
            "--seeds narrows the interval\n");
  EXPECT_EQ(message, "");

  EXPECT_EQ(option_list(printed({"compare", "--help"})), "tolerance SHARE=0.2, json");
  EXPECT_EQ(option_list(printed({"infer", "--help"})),
            "model DIR, batch N,N=1,64,256, calls N, engine NAME=auto, budgets FILE, seed N, "
            "threads N, device NAME, out FILE, json");
  EXPECT_EQ(option_list(printed({"train", "--help"})),
            "seeds N=3, target SHARE, validation, config FILE, preset NAME=standard, data DIR, "
            "first-label N, invert, transpose, size ROWSxCOLS, fail-on SEVERITY, seed N, threads "
            "N, device NAME, epochs N, batch-size N, out FILE, json");
  spdlog::set_default_logger(logger);  // of the other tests
}

}  // namespace
}  // namespace digits
