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

// Other work can only add to the whole loop. Its passes, without the slower half, take no longer.
TEST(Calibration, TimesALoopBesideEachPart) {
  Calibration calibration;
  calibration.measure();
  calibration.measure();
  EXPECT_GT(calibration.beside().typical, 0.0);
  EXPECT_GT(calibration.beside().whole, 0.0);
}

}  // namespace
}  // namespace digits
