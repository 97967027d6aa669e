#include "report/scale.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <cmath>
#include <locale>

namespace digits {
namespace {

std::vector<std::string> labels(const Axis& axis) {
  std::vector<std::string> all;
  for (const auto& tick : axis.ticks) all.push_back(tick.label);
  return all;
}

Axis axis_of(const std::vector<double>& values, Scale scale = Scale::kLinear,
             Ends ends = Ends::kLoose, int intervals = 4) {
  return make_axis({"", scale, {}}, values, intervals, ends);
}

// Without data, or without finite data, there is still an axis.
TEST(Axis, WithoutDataRunsFromZeroToOne) {
  for (const auto& values : {std::vector<double>{}, {NAN, INFINITY, -INFINITY}}) {
    const auto axis = axis_of(values);
    EXPECT_EQ(axis.low, 0.0);
    EXPECT_EQ(axis.high, 1.0);
    EXPECT_EQ(axis_of(values, Scale::kLog).high, 10.0);
  }
}

// One value, or equal ones, have no range: the axis surrounds them. A share's axis stays in [0, 1],
// and an epoch's has no half epochs.
TEST(Axis, SurroundsEqualValues) {
  for (const double value : {0.0, 3.0, -2e9, 1e100, 1e-100, 5e-310}) {
    const auto axis = axis_of({value, value});
    EXPECT_LT(axis.low, value);
    EXPECT_GT(axis.high, value);
    EXPECT_GE(axis.ticks.size(), 2U);
  }
  EXPECT_EQ(axis_of({1.0}, Scale::kPercent).high, 1.0);
  EXPECT_EQ(axis_of({0.0}, Scale::kPercent).low, 0.0);
  EXPECT_THAT(labels(axis_of({7.0}, Scale::kWhole, Ends::kTight)), testing::ElementsAre("7"));
  EXPECT_THAT(labels(axis_of({3.0}, Scale::kLog)), testing::ElementsAre("2", "5"));
}

// The two examples of Heckbert's paper: 105 to 543, and 2.03 to 2.17.
TEST(Axis, HasNiceNumbers) {
  EXPECT_THAT(labels(axis_of({105.0, 543.0})),
              testing::ElementsAre("100", "200", "300", "400", "500", "600"));
  EXPECT_THAT(labels(axis_of({2.03, 2.17})),
              testing::ElementsAre("2.00", "2.05", "2.10", "2.15", "2.20"));
}

// 3 * 0.1 is above 0.3, and 0.3 / 0.1 below 3: neither may add or remove a tick.
TEST(Axis, HasTicksAtItsEndsDespiteRounding) {
  for (const auto ends : {Ends::kTight, Ends::kLoose}) {
    const auto axis = axis_of({0.1, 0.3}, Scale::kLinear, ends, 2);
    EXPECT_THAT(labels(axis), testing::ElementsAre("0.1", "0.2", "0.3"));
    EXPECT_EQ(axis.ticks[2].value, 0.3);
  }
}

// By hand: (14 - 1) / 7 is about 2; a tight axis ends at the data, its ticks inside.
TEST(Axis, OfEpochsHasIntegerTicks) {
  const auto axis = axis_of({1.0, 14.0}, Scale::kWhole, Ends::kTight, 7);
  EXPECT_EQ(axis.low, 1.0);
  EXPECT_EQ(axis.high, 14.0);
  EXPECT_THAT(labels(axis), testing::ElementsAre("2", "4", "6", "8", "10", "12", "14"));
  EXPECT_THAT(labels(axis_of({1.0, 3.0}, Scale::kWhole, Ends::kTight, 7)),
              testing::ElementsAre("1", "2", "3"));
}

TEST(Axis, AbbreviatesSharesAndLargeNumbers) {
  EXPECT_THAT(labels(axis_of({0.97, 0.9934}, Scale::kPercent)),
              testing::ElementsAre("97.0 %", "97.5 %", "98.0 %", "98.5 %", "99.0 %", "99.5 %"));
  EXPECT_THAT(labels(axis_of({0.0, 4e4})), testing::ElementsAre("0", "10k", "20k", "30k", "40k"));
  EXPECT_THAT(labels(axis_of({0.0, 2e6})), testing::Contains("1.0M"));
  EXPECT_THAT(labels(axis_of({0.0, 2e-7})), testing::Contains("1e-07"));
}

// The values in `covers` are inside.
TEST(Axis, CoversTheRequiredValues) {
  const auto axis = make_axis({"", Scale::kPercent, {0.0, 1.0}}, {0.4, 0.6}, 5, Ends::kTight);
  EXPECT_EQ(axis.low, 0.0);
  EXPECT_EQ(axis.high, 1.0);
}

// All decades have the same length. Zero and negative values have no place. 1, 2, 5 are ticks over
// few decades only.
TEST(Axis, LogarithmicDecadesAreEqual) {
  const auto axis = axis_of({0.0, -1.0, 0.02, 2.0}, Scale::kLog);
  EXPECT_THAT(labels(axis), testing::ElementsAre("0.02", "0.05", "0.1", "0.2", "0.5", "1", "2"));
  EXPECT_NEAR(axis.share(0.2), 0.5, 1e-12);
  EXPECT_THAT(labels(axis_of({1e-3, 100.0}, Scale::kLog)),
              testing::ElementsAre("0.001", "0.01", "0.1", "1", "10", "100"));
}

TEST(Axis, SharesRiseFromLowToHigh) {
  const auto axis = axis_of({-1.0, 3.0});
  EXPECT_DOUBLE_EQ(axis.share(-1.0), 0.0);
  EXPECT_DOUBLE_EQ(axis.share(0.0), 0.25);
  EXPECT_DOUBLE_EQ(axis.share(3.0), 1.0);
}

// For any numbers: a few ascending ticks with different labels, and a share from 0 to 1 for each
// value. The tolerance is that of the ticks' ends, 1e-9 of a step.
TEST(Axis, AcceptsAnyNumbers) {
  EXPECT_TRUE(rc::check([](const std::vector<double>& values, bool tight) {
    const auto scale = *rc::gen::element(Scale::kLinear, Scale::kPercent, Scale::kLog);
    const auto axis = axis_of(values, scale, tight ? Ends::kTight : Ends::kLoose, 5);
    RC_ASSERT(axis.low < axis.high);
    RC_ASSERT(axis.ticks.size() >= 2U && axis.ticks.size() <= 12U);
    for (std::size_t i = 1; i < axis.ticks.size(); ++i) {
      RC_ASSERT(axis.ticks[i - 1].value < axis.ticks[i].value);
      RC_ASSERT(axis.ticks[i - 1].label != axis.ticks[i].label);
    }
    for (const double value : values) {
      if (!plottable(value, scale)) continue;
      RC_ASSERT(axis.share(value) > -1e-8 && axis.share(value) < 1.0 + 1e-8);
    }
  }));
}

// Steps of 1, 2 and 5, and the forms of labels, on both sides of the bounds between them.
TEST(Axis, ChangesItsFormAtTheBounds) {
  const auto text_of = [](const std::vector<double>& values, Scale scale = Scale::kLinear,
                          Ends ends = Ends::kLoose, int intervals = 4) {
    const auto axis = axis_of(values, scale, ends, intervals);
    return fmt::format("{:g} to {:g}: {}", axis.low, axis.high, fmt::join(labels(axis), ", "));
  };
  EXPECT_EQ(text_of({2.0}), "1.8 to 2.2: 1.8, 1.9, 2.0, 2.1, 2.2");
  EXPECT_EQ(text_of({-2.0, -2.0}), "-2.2 to -1.8: -2.2, -2.1, -2.0, -1.9, -1.8");
  EXPECT_EQ(text_of({1e-160}), "-1 to 1: -1.0, -0.5, 0, 0.5, 1.0");

  EXPECT_EQ(text_of({1.0}, Scale::kWhole), "0 to 2: 0, 1, 2");
  EXPECT_EQ(text_of({1.0, 40.0}, Scale::kWhole, Ends::kTight, 7),
            "1 to 40: 5, 10, 15, 20, 25, 30, 35, 40");
  EXPECT_EQ(text_of({5000000.0}, Scale::kWhole, Ends::kTight, 7),
            "5e+06 to 5e+06: 4999995, 4999996, 4999997, 4999998, 4999999, 5000000, 5000001, "
            "5000002, 5000003, 5000004, 5000005");

  EXPECT_EQ(text_of({0.5}, Scale::kPercent),
            "0.44 to 0.56: 44 %, 46 %, 48 %, 50 %, 52 %, 54 %, 56 %");
  EXPECT_EQ(text_of({0.02}, Scale::kPercent), "0 to 0.08: 0 %, 2 %, 4 %, 6 %, 8 %");
  EXPECT_EQ(text_of({1.2}, Scale::kPercent),
            "1.05 to 1.35: 105 %, 110 %, 115 %, 120 %, 125 %, 130 %, 135 %");
  EXPECT_EQ(text_of({-0.1, 0.1}, Scale::kPercent), "-0.1 to 0.1: -10 %, -5 %, 0 %, 5 %, 10 %");

  EXPECT_EQ(text_of({0.0, 5.9}), "0 to 6: 0, 1, 2, 3, 4, 5, 6");
  EXPECT_EQ(text_of({0.0, 6.0}), "0 to 6: 0, 2, 4, 6");
  EXPECT_EQ(text_of({0.0, 12.0}), "0 to 15: 0, 5, 10, 15");
  EXPECT_EQ(text_of({0.0, 28.0}), "0 to 30: 0, 10, 20, 30");

  EXPECT_EQ(text_of({0.0, 2000.0}), "0 to 2000: 0, 500, 1000, 1500, 2000");
  EXPECT_EQ(text_of({-2500.0, 2500.0}), "-3000 to 3000: -3k, -2k, -1k, 0, 1k, 2k, 3k");
  EXPECT_EQ(text_of({0.0, 200000.0}), "0 to 200000: 0, 50k, 100k, 150k, 200k");
  EXPECT_EQ(text_of({0.0, 700000.0}), "0 to 800000: 0, 0.2M, 0.4M, 0.6M, 0.8M");
  EXPECT_EQ(text_of({0.0, 30000000.0}), "0 to 3e+07: 0, 10M, 20M, 30M");

  EXPECT_EQ(text_of({0.0, 0.0002}), "0 to 0.0002: 0, 0.00005, 0.00010, 0.00015, 0.00020");
  EXPECT_EQ(text_of({0.0, 5e-05}), "0 to 5e-05: 0, 1e-05, 2e-05, 3e-05, 4e-05, 5e-05");
  EXPECT_EQ(text_of({900000000000.0, 950000000000.0}),
            "9e+11 to 9.5e+11: 900000M, 910000M, 920000M, 930000M, 940000M, 950000M");
  EXPECT_EQ(
      text_of({1000000000000.0, 1000100000000.0}),
      "1e+12 to 1.0001e+12: 1e+12, 1.00002e+12, 1.00004e+12, 1.00006e+12, 1.00008e+12, 1.0001e+12");

  EXPECT_EQ(text_of({1.0}, Scale::kLog), "1 to 2: 1, 2");
  EXPECT_EQ(text_of({0.3, 0.4}, Scale::kLog), "0.2 to 0.5: 0.2, 0.5");
  EXPECT_EQ(text_of({20.0, 300.0}, Scale::kLog), "20 to 500: 20, 50, 100, 200, 500");
  EXPECT_EQ(text_of({1.0, 1000.0}, Scale::kLog),
            "1 to 1000: 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000");
  EXPECT_EQ(text_of({1.0, 1001.0}, Scale::kLog), "1 to 10000: 1, 10, 100, 1000, 10000");
  EXPECT_EQ(text_of({0.001, 1000.0}, Scale::kLog),
            "0.001 to 1000: 0.001, 0.01, 0.1, 1, 10, 100, 1000");
  EXPECT_EQ(text_of({0.001, 2000.0}, Scale::kLog), "0.001 to 100000: 0.001, 0.1, 10, 1000, 100000");

  EXPECT_TRUE(plottable(-9e149, Scale::kLinear));
  EXPECT_FALSE(plottable(1e150, Scale::kLinear));
  EXPECT_FALSE(plottable(NAN, Scale::kLinear));
  EXPECT_TRUE(plottable(0.0, Scale::kPercent));
  EXPECT_TRUE(plottable(2e-150, Scale::kLog));
  EXPECT_FALSE(plottable(1e-150, Scale::kLog));
  EXPECT_FALSE(plottable(-1.0, Scale::kLog));
}

TEST(NumberText, RoundsToFourSignificantDigits) {
  EXPECT_EQ(number_text(NAN), "–");
  EXPECT_EQ(number_text(INFINITY), "–");
  EXPECT_EQ(number_text(0.0), "0");
  EXPECT_EQ(number_text(0.123456), "0.1235");
  EXPECT_EQ(number_text(9999.0), "9999");
  EXPECT_EQ(number_text(12345.0), "12345");
  EXPECT_EQ(number_text(-1234567.0), "-1234567");
  EXPECT_EQ(number_text(-0.000123461), "-0.0001235");
  EXPECT_EQ(number_text(999.94), "999.9");
  EXPECT_EQ(number_text(1000.4), "1000");
  EXPECT_EQ(number_text(9.9e14), "990000000000000");
  EXPECT_EQ(number_text(1e15), "1e+15");
  EXPECT_EQ(number_text(1.0, Scale::kPercent), "100.00 %");
  EXPECT_EQ(number_text(0.99567, Scale::kPercent), "99.57 %");
}

// Half the interval is 0.13 points, 3.8 points, 0.0013: two digits of each.
TEST(QuantityText, HasTheDigitsOfTheInterval) {
  EXPECT_EQ(quantity_text({0.99567, 0.9942, 0.9968, 10000}), "99.57 % [99.42, 99.68]");
  EXPECT_EQ(quantity_text({0.973, 0.915, 0.991, 100}), "97.3 % [91.5, 99.1]");
  EXPECT_EQ(quantity_text({0.0041, 0.0028, 0.0054, 10}, Scale::kLinear), "0.0041 [0.0028, 0.0054]");
  EXPECT_EQ(quantity_text({0.5, 0.0, 1.0, 0}), "50 % [0, 100]");
  EXPECT_EQ(quantity_text({0.5, 0.4997, 0.5003, 9}), "50.000 % [49.970, 50.030]");
  EXPECT_EQ(quantity_text({5.0, 4.0, 6.5, 9}, Scale::kLinear), "5.0 [4.0, 6.5]");
  EXPECT_EQ(quantity_text({250.0, 120.0, 380.0, 9}, Scale::kLinear), "250 [120, 380]");
  EXPECT_EQ(quantity_text({1e-9, 0.0, 3e-9, 9}, Scale::kLinear), "0.000000 [0.000000, 0.000000]");
}

// A missing or unknown interval is not shown.
TEST(QuantityText, WithoutAnIntervalShowsTheNumber) {
  EXPECT_EQ(quantity_text({0.5, 0.5, 0.5, 1}), "50.00 %");
  EXPECT_EQ(quantity_text({0.5, NAN, 0.6, 1}), "50.00 %");
  EXPECT_EQ(quantity_text({NAN, 0.0, 1.0, 1}), "–");
  EXPECT_EQ(quantity_text({0.5, 0.6, 0.4, 1}, Scale::kLinear), "0.5");
}

// The user's locale does not change a file.
TEST(NumberText, IsTheSameInEveryLocale) {
  struct Comma : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  const auto before = std::locale::global(std::locale(std::locale::classic(), new Comma));
  const auto number = number_text(0.5);
  const auto tick = axis_of({0.5, 2.5}).ticks[1].label;
  std::locale::global(before);
  EXPECT_EQ(number, "0.5");
  EXPECT_EQ(tick, "1.0");
}

}  // namespace
}  // namespace digits
