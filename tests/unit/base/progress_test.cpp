#include "base/progress.h"

#include "support/testing.h"

namespace digits {
namespace {

// Half done in 10 s leaves 10 s.
TEST(ProgressBar, ShowsShareAndTimeToGo) {
  EXPECT_EQ(progress_bar("train", 50, 100, 10.0, "loss 0.5"),
            "train [############------------]  50 %  00:10 left  loss 0.5");
}

TEST(ProgressBar, KnowsNothingBeforeTheFirstStep) {
  EXPECT_EQ(progress_bar("train", 0, 100, 3.0, ""),
            "train [------------------------]   0 %  --:-- left  ");
}

TEST(ProgressBar, OfNoWorkIsDone) {
  EXPECT_EQ(progress_bar("x", 0, 0, 0.0, ""), "x [########################] 100 %  --:-- left  ");
}

}  // namespace
}  // namespace digits
