#include "base/quantity_text.h"

#include <gtest/gtest.h>

namespace digits {
namespace {

// A share is written as a percentage with its interval and n, a number with four decimals, and a
// difference of shares in percentage points with its sign.
TEST(QuantityText, CarriesTheInterval) {
  EXPECT_EQ(percent(proportion(8, 10)), "80.00 % [49.02, 94.33], n = 10");
  EXPECT_EQ(number({0.13904, 0.13564, 0.14236, 7}), "0.1390 [0.1356, 0.1424]");
  EXPECT_EQ(points({0.005, -0.0031, 0.0131, 7}), "+0.50 [-0.31, +1.31]");
}

}  // namespace
}  // namespace digits
