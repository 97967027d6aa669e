#include "base/parallel.h"

#include "support/testing.h"

namespace digits {
namespace {

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

}  // namespace
}  // namespace digits
