#include "report/scale.h"

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

TEST(NumberText, RoundsToFourSignificantDigits) {
  EXPECT_EQ(number_text(NAN), "–");
  EXPECT_EQ(number_text(INFINITY), "–");
  EXPECT_EQ(number_text(0.0), "0");
  EXPECT_EQ(number_text(0.123456), "0.1235");
  EXPECT_EQ(number_text(9999.0), "9999");
  EXPECT_EQ(number_text(12345.0), "12345");
  EXPECT_EQ(number_text(-1234567.0), "-1234567");
  EXPECT_EQ(number_text(0.99567, Scale::kPercent), "99.57 %");
}

// Half the interval is 0.13 points, 3.8 points, 0.0013: two digits of each.
TEST(QuantityText, HasTheDigitsOfTheInterval) {
  EXPECT_EQ(quantity_text({0.99567, 0.9942, 0.9968, 10000}), "99.57 % [99.42, 99.68]");
  EXPECT_EQ(quantity_text({0.973, 0.915, 0.991, 100}), "97.3 % [91.5, 99.1]");
  EXPECT_EQ(quantity_text({0.0041, 0.0028, 0.0054, 10}, Scale::kLinear), "0.0041 [0.0028, 0.0054]");
  EXPECT_EQ(quantity_text({0.5, 0.0, 1.0, 0}), "50 % [0, 100]");
}

// A missing or unknown interval is not shown.
TEST(QuantityText, WithoutAnIntervalShowsTheNumber) {
  EXPECT_EQ(quantity_text({0.5, 0.5, 0.5, 1}), "50.00 %");
  EXPECT_EQ(quantity_text({0.5, NAN, 0.6, 1}), "50.00 %");
  EXPECT_EQ(quantity_text({NAN, 0.0, 1.0, 1}), "–");
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
