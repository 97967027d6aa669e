#include "serve/connection_table.h"

#include <cstddef>
#include <vector>

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
    uncounted =
        table.end_expired(at(ms), milliseconds(100), [&](int fd, Phase) { fds.push_back(fd); });
    return fds;
  }
  // The same for connections below 20, whose clients have left.
  std::vector<int> abandoned(int ms) {
    std::vector<int> fds;
    uncounted = table.end_gone(
        at(ms), milliseconds(100), [](int fd) { return fd < 20; },
        [&](int fd, Phase) { fds.push_back(fd); });
    return fds;
  }
  // Opens a connection in this phase of a request.
  Connection* open_in(Phase phase, int fd) {
    auto* const connection = table.open(fd, at(0));
    EXPECT_TRUE(table.enter(connection, Phase::kBody, at(0)));
    EXPECT_TRUE(table.enter(connection, phase, at(0)));
    return connection;
  }
  // Of connections that are all open, and have nothing unread.
  std::size_t unanswered() const {
    return table.unanswered(table.size(), [](int) { return false; });
  }
  ConnectionTable table;
  std::size_t uncounted = 0;  // of the requests that were ended last
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
  auto* const connection = open_in(Phase::kWorking, 7);
  EXPECT_THAT(expired(10'000), testing::IsEmpty());
  EXPECT_EQ(unanswered(), 1U);
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

// Of the ended requests, the caller counts those that no other thread has counted: the ones in
// their headers or their body.
TEST_F(ConnectionTableTest, ReportsUncountedRequests) {
  for (const auto phase : {Phase::kIdle, Phase::kHeaders, Phase::kBody, Phase::kWorking,
                           Phase::kSending, Phase::kDiscard}) {
    open_in(phase, 20);
    open_in(phase, 10);
  }
  abandoned(0);
  EXPECT_EQ(abandoned(100).size(), 4U);
  EXPECT_EQ(uncounted, 2U);
  EXPECT_EQ(expired(100).size(), 6U);
  EXPECT_EQ(uncounted, 2U);
  EXPECT_EQ(expired(200).size(), 0U);
  EXPECT_EQ(uncounted, 0U);
}

// A connection that the client closes in the middle of a request, or between two, is ended. A
// complete request still gets its response, in any state of the client's side.
TEST_F(ConnectionTableTest, EndsAbandonedConnections) {
  int fd = 10;
  for (const auto phase : {Phase::kIdle, Phase::kHeaders, Phase::kBody, Phase::kWorking,
                           Phase::kSending, Phase::kDiscard}) {
    open_in(phase, fd++);
  }
  table.open(20, at(0));
  EXPECT_THAT(abandoned(0), testing::IsEmpty());
  EXPECT_THAT(abandoned(100), testing::UnorderedElementsAre(10, 11, 12, 15));
  EXPECT_THAT(abandoned(200), testing::IsEmpty());  // each once
}

// A request may have arrived together with the end of the client's side, and be read at this
// moment: the client has been gone for a while before its connection is ended.
TEST_F(ConnectionTableTest, KeepsARequestThatArrivesWithItsEnd) {
  auto* const connection = open_in(Phase::kBody, 7);
  EXPECT_THAT(abandoned(1'000), testing::IsEmpty());
  EXPECT_THAT(abandoned(1'099), testing::IsEmpty());
  EXPECT_TRUE(table.enter(connection, Phase::kWorking, at(1'099)));
  EXPECT_THAT(abandoned(2'000), testing::IsEmpty());
  EXPECT_TRUE(table.enter(connection, Phase::kSending, at(2'000)));
  EXPECT_TRUE(table.enter(connection, Phase::kIdle, at(2'000)));
  EXPECT_THAT(abandoned(2'000), testing::IsEmpty());  // the next request may be read
  EXPECT_THAT(abandoned(2'099), testing::IsEmpty());
  EXPECT_THAT(abandoned(2'100), testing::ElementsAre(7));
}

// At shutdown connections that have been idle for a while are ended. A client that was accepted
// later may still send its request. Connections that wait for a response are not ended.
TEST_F(ConnectionTableTest, EndsOnlyIdleConnections) {
  table.open(7, at(50));
  table.open(9, at(51));
  for (const auto phase : {Phase::kHeaders, Phase::kBody, Phase::kWorking, Phase::kSending}) {
    open_in(phase, 8);
  }
  std::vector<int> fds;
  table.end_idle(at(50), [&](int fd, Phase) { fds.push_back(fd); });
  EXPECT_THAT(fds, testing::ElementsAre(7));
  EXPECT_EQ(table.size(), 6U);
  EXPECT_EQ(unanswered(), 4U);
}

// At the end of a shutdown each incomplete request is ended. It is then no longer one that waits
// for its response.
TEST_F(ConnectionTableTest, EndsIncompleteRequests) {
  int next = 10;
  for (const auto phase : {Phase::kIdle, Phase::kHeaders, Phase::kBody, Phase::kWorking,
                           Phase::kSending, Phase::kDiscard}) {
    open_in(phase, next++);
  }
  EXPECT_EQ(unanswered(), 5U);
  std::vector<int> fds;
  const auto end = [&](int fd, Phase) { fds.push_back(fd); };
  EXPECT_EQ(table.end_incomplete(end), 2U);  // a rejected request is counted already
  EXPECT_THAT(fds, testing::UnorderedElementsAre(11, 12, 15));
  EXPECT_EQ(unanswered(), 2U);
  EXPECT_EQ(table.end_incomplete(end), 0U);  // each once
  EXPECT_EQ(fds.size(), 3U);
}

// At the time limit of a shutdown a request may be in the system's buffer: of an idle connection,
// or of a client that the reader does not know yet. It is lost, and counts. An idle connection
// without a byte, an ended one and a closed one do not count.
TEST_F(ConnectionTableTest, CountsRequestsThatNobodyHasRead) {
  const auto unanswered_of = [this](std::size_t accepted) {
    return table.unanswered(accepted, [](int fd) { return fd >= 20; });
  };
  table.close(table.open(30, at(50)));
  table.open(21, at(0));
  EXPECT_THAT(expired(100), testing::ElementsAre(21));
  EXPECT_EQ(unanswered_of(2), 0U);
  table.open(10, at(0));
  EXPECT_EQ(unanswered_of(3), 0U);
  table.open(20, at(0));
  EXPECT_EQ(unanswered_of(4), 1U);
  EXPECT_EQ(unanswered_of(6), 3U);  // two are not open yet
  open_in(Phase::kWorking, 11);
  EXPECT_EQ(unanswered_of(5), 2U);
}

}  // namespace
}  // namespace digits
