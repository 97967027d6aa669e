#include "serve/server.h"

#include "support/testing.h"

namespace digits {
namespace {

// Half as many threads as compute, rounded down, and from one to four.
TEST(Server, ReadsWithFewThreads) {
  for (const int computing : {1, 2, 3}) EXPECT_EQ(reading_threads(computing), 1) << computing;
  EXPECT_EQ(reading_threads(4), 2);
  EXPECT_EQ(reading_threads(7), 3);
  for (const int computing : {8, 9, 64}) EXPECT_EQ(reading_threads(computing), 4) << computing;
}

}  // namespace
}  // namespace digits
