// Connections are ended from outside: what their clients receive, and which ones stay open.
#include "serve/end_connection.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <string>
#include <utility>

#include "base/descriptor.h"
#include "serve/connection_state.h"
#include "support/testing.h"

namespace digits {
namespace {

// A connection without a network: the server's end, and a client that never waits.
class ConnectedPair {
 public:
  ConnectedPair() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    server_ = Descriptor(ends[0]);
    client_ = Descriptor(ends[1]);
  }
  int server() const { return server_.get(); }
  void send(const std::string& bytes) const {
    EXPECT_EQ(::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void finish_sending() const { ::shutdown(client_.get(), SHUT_WR); }
  // The bytes that the client has received, and whether its connection has ended.
  std::pair<std::string, bool> received() const {
    std::string all;
    for (char piece[1024];;) {
      const auto n = ::recv(client_.get(), piece, sizeof piece, MSG_DONTWAIT);
      if (n <= 0) return {all, n == 0};
      all.append(piece, static_cast<std::size_t>(n));
    }
  }

 private:
  Descriptor server_{-1}, client_{-1};
};

using Received = std::pair<std::string, bool>;

// The whole answer, by hand. A client that has sent no part of a request, or whose request is being
// answered, gets none: it would take it for the answer to another request.
TEST(EndConnection, AnswersIncompleteRequestsAlone) {
  const std::string timeout =
      "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Type: application/json\r\n"
      "Content-Length: 80\r\n\r\n"
      R"x({"error":"request.timeout: the request did not arrive in time (send it faster)"})x";
  for (const auto phase : {Phase::kHeaders, Phase::kBody, Phase::kDiscard}) {
    const ConnectedPair pair;
    end_connection(pair.server(), phase);
    EXPECT_EQ(pair.received(), Received(timeout, true)) << static_cast<int>(phase);
  }
  for (const auto phase : {Phase::kIdle, Phase::kWorking, Phase::kSending}) {
    const ConnectedPair pair;
    end_connection(pair.server(), phase);
    EXPECT_EQ(pair.received(), Received("", true)) << static_cast<int>(phase);
  }
}

// At shutdown a silent connection ends, also if its client has closed its side. A request that has
// arrived, of which one byte is unread at least, keeps its connection open for the answer.
TEST(EndConnection, KeepsARequestThatHasArrived) {
  const ConnectedPair silent, finished, begun;
  finished.finish_sending();
  begun.send("G");
  for (const auto* pair : {&silent, &finished, &begun}) end_if_silent(pair->server(), Phase::kIdle);
  EXPECT_EQ(silent.received(), Received("", true));
  EXPECT_EQ(finished.received(), Received("", true));
  EXPECT_EQ(begun.received(), Received("", false));
}

// A client that waits has not left, and neither has one whose last bytes are still unread. The
// check takes no byte away, so a second one sees the same.
TEST(EndConnection, KnowsAClientThatHasLeft) {
  const ConnectedPair waiting, sending, last_bytes, gone;
  sending.send("GET");
  last_bytes.send("G");
  last_bytes.finish_sending();
  gone.finish_sending();
  for (int check = 0; check < 2; ++check) {
    EXPECT_FALSE(client_closed(waiting.server()));
    EXPECT_FALSE(client_closed(sending.server()));
    EXPECT_FALSE(client_closed(last_bytes.server()));
    EXPECT_TRUE(client_closed(gone.server()));
    EXPECT_FALSE(has_unread(waiting.server()));
    EXPECT_TRUE(has_unread(sending.server()));
    EXPECT_TRUE(has_unread(last_bytes.server()));
    EXPECT_FALSE(has_unread(gone.server()));
  }
}

}  // namespace
}  // namespace digits
