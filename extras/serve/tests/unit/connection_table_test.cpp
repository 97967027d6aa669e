#include "serve/connection_table.h"

#include "support/testing.h"

namespace digits {
namespace {

using std::chrono::milliseconds;

class ConnectionTableTest : public testing::Test {
 protected:
  Clock::time_point at(int ms) const { return Clock::time_point(milliseconds(ms)); }
  // The descriptors that are ended at this time.
  std::vector<int> expired(int ms) {
    std::vector<int> fds;
    table.end_expired(at(ms), milliseconds(100), [&](int fd, Phase) { fds.push_back(fd); });
    return fds;
  }
  ConnectionTable table;
};

// A client that sends single bytes slowly is ended too: the time counts from the start of the
// phase, not from the last byte.
TEST_F(ConnectionTableTest, EndsConnectionsTooLongInAPhase) {
  table.open(7, at(0));
  auto* const second = table.open(8, at(0));
  EXPECT_TRUE(table.enter(second, Phase::kHeaders, at(60)));
  EXPECT_THAT(expired(99), testing::IsEmpty());
  EXPECT_THAT(expired(100), testing::ElementsAre(7));
  EXPECT_THAT(expired(159), testing::IsEmpty());  // each once
  EXPECT_THAT(expired(160), testing::ElementsAre(8));
}

// The connection waits for its response. Another limit bounds the handler's time.
TEST_F(ConnectionTableTest, KeepsWorkingConnections) {
  auto* const connection = table.open(7, at(0));
  EXPECT_TRUE(table.enter(connection, Phase::kWorking, at(0)));
  EXPECT_THAT(expired(10'000), testing::IsEmpty());
  EXPECT_EQ(table.busy(), 1U);
  EXPECT_TRUE(table.enter(connection, Phase::kSending, at(10'000)));
  EXPECT_THAT(expired(10'100), testing::ElementsAre(7));
}

// An ended connection enters no phase, so two threads never write to one client.
TEST_F(ConnectionTableTest, EndedConnectionStaysEnded) {
  auto* const connection = table.open(7, at(0));
  EXPECT_TRUE(table.enter(connection, Phase::kBody, at(0)));
  EXPECT_THAT(expired(100), testing::ElementsAre(7));
  EXPECT_FALSE(table.enter(connection, Phase::kWorking, at(101)));
  table.close(connection);
  EXPECT_EQ(table.size(), 0U);
}

// A connection that the client closes in the middle of a request, or between two, is ended. A
// complete request still gets its response, in any state of the client's side.
TEST_F(ConnectionTableTest, EndsAbandonedConnections) {
  int fd = 10;
  for (const auto phase : {Phase::kIdle, Phase::kHeaders, Phase::kBody, Phase::kWorking,
                           Phase::kSending, Phase::kDiscard}) {
    table.enter(table.open(fd++, at(0)), phase, at(0));
  }
  table.open(20, at(0));
  std::vector<int> fds;
  const auto end_gone = [&] {
    table.end_gone([](int each) { return each < 20; },
                   [&](int each, Phase) { fds.push_back(each); });
  };
  end_gone();
  EXPECT_THAT(fds, testing::UnorderedElementsAre(10, 11, 12, 15));
  end_gone();
  EXPECT_EQ(fds.size(), 4U);  // each once
}

// At shutdown idle connections are ended. Connections that wait for a response are not.
TEST_F(ConnectionTableTest, EndsOnlyIdleConnections) {
  table.open(7, at(0));
  for (const auto phase : {Phase::kHeaders, Phase::kBody, Phase::kWorking, Phase::kSending}) {
    table.enter(table.open(8, at(0)), phase, at(0));
  }
  std::vector<int> fds;
  table.end_idle([&](int fd, Phase) { fds.push_back(fd); });
  EXPECT_THAT(fds, testing::ElementsAre(7));
  EXPECT_EQ(table.size(), 5U);
  EXPECT_EQ(table.busy(), 3U);
}

}  // namespace
}  // namespace digits
