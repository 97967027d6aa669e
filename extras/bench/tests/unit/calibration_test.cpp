// The reference loop.
#include "bench/calibration.h"

#include "support/testing.h"

namespace digits {
namespace {

// By hand: x = 0.5 adds 0.25 to half of y: 0.25, 0.375, 0.4375; x of 0 and 1 add nothing.
TEST(ReferencePass, MatchesHandCalculation) {
  std::vector<float> y{0.0F, 0.0F, 0.5F};
  for (int pass = 0; pass < 3; ++pass) reference_pass({0.5F, 0.0F, 1.0F}, y);
  EXPECT_EQ(y, (std::vector<float>{0.4375F, 0.0F, 0.0625F}));
}

// A pass changes no element behind those of x: a longer y keeps its last one.
TEST(ReferencePass, LeavesOtherElementsAsTheyAre) {
  std::vector<float> y{0.5F, 0.5F, 8.0F};
  reference_pass({0.5F, 0.5F}, y);
  EXPECT_EQ(y, (std::vector<float>{0.5F, 0.5F, 8.0F}));
}

// The passes end where y = 0.5 y + 0.25 stays at 0.5. Half of the passes take their median or more,
// so the whole loop takes at least half of the typical one.
TEST(TimeLoop, TimesAllPasses) {
  const auto loop = time_loop();
  EXPECT_EQ(loop.result, 0.5F);
  EXPECT_GT(loop.typical, 0.0);
  EXPECT_GE(loop.whole, 0.5 * loop.typical);
}

// The loop beside a part is the mean of the last two: 1, 4, 9 and 10, 20, 30 s.
TEST(Calibration, IsTheMeanBesideThePart) {
  double number = 0.0;
  Calibration calibration([&number] {
    number += 1.0;
    return LoopTime{number * number, 10.0 * number, 0.5F};
  });
  calibration.measure();
  calibration.measure();
  EXPECT_EQ(calibration.beside().whole, 2.5);
  EXPECT_EQ(calibration.beside().typical, 15.0);
  calibration.measure();
  EXPECT_EQ(calibration.beside().whole, 6.5);
  EXPECT_EQ(calibration.beside().typical, 25.0);
}

}  // namespace
}  // namespace digits
