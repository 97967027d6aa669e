#include "base/progress.h"

#include "base/interrupt.h"
#include "base/parallel.h"
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

TEST(ParallelFor, VisitsEveryIndexOnce) {
  for (const int threads : {1, 2, 7, 100}) {
    std::vector<int> visits(37, 0);
    parallel_for(visits.size(), threads, [&](std::size_t i) { ++visits[i]; });
    EXPECT_THAT(visits, testing::Each(1)) << threads << " threads";
  }
  parallel_for(0, 4, [](std::size_t) { FAIL() << "there is nothing to visit"; });
}

TEST(ParallelFor, RethrowsWhatABodyThrew) {
  const auto run = [](std::size_t i) {
    if (i == 36) throw std::runtime_error("the last one");
  };
  EXPECT_THROW(parallel_for(37, 4, run), std::runtime_error);
}

TEST(Interrupt, IsAFlag) {
  EXPECT_FALSE(interrupted());
  set_interrupted(true);
  EXPECT_TRUE(interrupted());
  set_interrupted(false);
  EXPECT_FALSE(interrupted());
}

}  // namespace
}  // namespace digits
