#include "serve/server.h"

#include <chrono>

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

// A server that lacks descriptors loses clients, and one that computes too slowly loses requests.
// The message names both, with their remedies.
TEST(Server, SaysWhatItLostAtItsEnd) {
  const auto error = unfinished_error(std::chrono::seconds(30));
  EXPECT_EQ(error.code(), "server.unfinished");
  EXPECT_STREQ(
      error.what(),
      "clients not accepted, or requests without a response, after 30000 ms, expected none");
  EXPECT_EQ(error.hint(),
            "raise --timeout or the limit of open files (ulimit -n), or lower --queue");
}

}  // namespace
}  // namespace digits
