// Two threads move one connection; each request is counted once, in any order of their moves.
#include "serve/connection_state.h"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "support/testing.h"

namespace digits {
namespace {

constexpr std::array<Phase, 6> kPhases{Phase::kIdle,    Phase::kHeaders, Phase::kBody,
                                       Phase::kDiscard, Phase::kWorking, Phase::kSending};

// The moves that may count a request: the reader rejects it, the reader hands it over, and the
// other thread ends the connection.
struct CountingMove {
  const char* name;
  bool (*make)(ConnectionState& state);  // whether it counts
};
const std::array<CountingMove, 3> kCountingMoves{{
    {"reject", [](ConnectionState& state) { return state.enter(Phase::kDiscard); }},
    {"hand over", [](ConnectionState& state) { return state.enter(Phase::kWorking); }},
    {"end", [](ConnectionState& state) { return state.end(); }},
}};

// Every pair of moves in every phase, in both orders: one of them counts a request that has
// arrived in part, and none counts any other.
TEST(ConnectionState, CountsARequestAtTheFirstOfTwoMoves) {
  for (const auto phase : kPhases) {
    const bool uncounted = phase == Phase::kHeaders || phase == Phase::kBody;
    for (const auto& first : kCountingMoves) {
      for (const auto& second : kCountingMoves) {
        ConnectionState state(phase);
        const auto where = std::string(first.name) + ", " + second.name + " in phase " +
                           std::to_string(static_cast<int>(phase));
        EXPECT_EQ(first.make(state), uncounted) << where;
        EXPECT_FALSE(second.make(state)) << where;
      }
    }
  }
}

// The reader's moves for requests one after the other on one connection. Bit i of `rejected`: the
// i-th one is rejected.
std::vector<Phase> moves_of_reader(std::size_t requests, unsigned rejected) {
  std::vector<Phase> moves;
  for (std::size_t i = 0; i < requests; ++i) {
    const auto counts = (rejected >> i) % 2 == 1 ? Phase::kDiscard : Phase::kWorking;
    moves.insert(moves.end(),
                 {Phase::kHeaders, Phase::kBody, counts, Phase::kSending, Phase::kIdle});
  }
  return moves;
}

// The connection is ended twice, as late and as left by its client, at any two moments of three
// requests. As many requests are counted as have begun.
TEST(ConnectionState, CountsEachRequestThatHasBegunOnce) {
  constexpr std::size_t kRequests = 3;
  for (unsigned rejected = 0; rejected < 1U << kRequests; ++rejected) {
    const auto moves = moves_of_reader(kRequests, rejected);
    for (std::size_t first = 0; first <= moves.size(); ++first) {
      for (std::size_t second = first; second <= moves.size(); ++second) {
        ConnectionState state;
        std::size_t begun = 0, counted = 0;
        for (std::size_t i = 0; i <= moves.size(); ++i) {
          if (i == first) counted += state.end() ? 1 : 0;
          if (i == second) counted += state.end() ? 1 : 0;
          if (i == moves.size()) break;
          const bool entered = state.enter(moves[i]);
          EXPECT_EQ(entered, i < first);
          begun += entered && moves[i] == Phase::kHeaders ? 1 : 0;
          const bool counts = moves[i] == Phase::kDiscard || moves[i] == Phase::kWorking;
          counted += entered && counts ? 1 : 0;
          EXPECT_LE(counted, begun);
        }
        EXPECT_EQ(counted, begun) << rejected << " " << first << " " << second;
      }
    }
  }
}

// An ended connection begins no request, and keeps the phase in which it was ended.
TEST(ConnectionState, EntersNoPhaseAfterItsEnd) {
  for (const auto before : kPhases) {
    for (const auto after : kPhases) {
      ConnectionState state(before);
      state.end();
      EXPECT_FALSE(state.enter(after));
      EXPECT_EQ(state.phase(), before);
      EXPECT_TRUE(state.ended());
    }
  }
}

}  // namespace
}  // namespace digits
