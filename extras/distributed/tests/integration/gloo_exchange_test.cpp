// Ranks that exchange over loopback, in threads of this process.
#include "distributed/gloo_exchange.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "distributed/rendezvous.h"
#include "distributed/tests/support/rank_processes.h"
#include "support/testing.h"

namespace digits {
namespace {

using std::chrono::milliseconds;
using testing::Each;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

// Connects each place on a thread of its own, runs `work` there, and returns the error codes; empty
// for none.
std::vector<std::string> run_ranks(
    const std::vector<LaunchPlace>& places,
    const std::function<void(GradientExchange&)>& work = [](GradientExchange&) {},
    milliseconds timeout = milliseconds(20000), const std::function<void()>& on_end = {}) {
  std::vector<std::string> codes(places.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < places.size(); ++i) {
    threads.emplace_back([&, i] {
      codes[i] = error_code([&] {
        const auto exchange = connect_ranks(places[i], timeout, on_end);
        try {
          work(*exchange);
          exchange->finish();
        } catch (const Error& error) {
          throw exchange->fail(error);
        }
      });
    });
  }
  for (auto& thread : threads) thread.join();
  return codes;
}

std::vector<LaunchPlace> world(int ranks) {
  const int port = free_port();
  std::vector<LaunchPlace> places;
  for (int rank = 0; rank < ranks; ++rank) places.push_back(place_of(rank, ranks, port));
  return places;
}

// The mean, rank 0's bytes, and parts of different sizes, one of them empty.
TEST(GlooExchange, ExchangesTensorsAndBytes) {
  const auto codes = run_ranks(world(3), [](GradientExchange& exchange) {
    const auto rank = exchange.rank();
    EXPECT_EQ(exchange.ranks(), 3);
    auto values = at::full({1000}, static_cast<double>(rank * rank), at::kFloat);  // 0, 1, 4
    exchange.average(values);
    EXPECT_TRUE(values.equal(at::full({1000}, 5.0, at::kFloat) / 3.0));
    EXPECT_EQ(exchange.broadcast(rank == 0 ? std::string("a\0b", 3) : "unused"),
              std::string("a\0b", 3));
    EXPECT_EQ(exchange.broadcast(""), "");
    const std::vector<std::string> parts{"", "one", std::string(100000, 'x')};
    EXPECT_EQ(exchange.scatter(rank == 0 ? parts : std::vector<std::string>()),
              parts[static_cast<std::size_t>(rank)]);
  });
  EXPECT_THAT(codes, Each("no error"));
}

// A rank fails, and the calls of the others, which wait for it, throw its error.
TEST(GlooExchange, AnErrorEndsTheCallsOfTheOtherRanks) {
  for (const int failing : {0, 1}) {
    const auto codes = run_ranks(world(3), [&](GradientExchange& exchange) {
      auto values = at::ones({10});
      exchange.average(values);
      if (exchange.rank() == failing) throw Error("disk.full", "full", "make room");
      exchange.average(values);
    });
    EXPECT_THAT(codes, Each("disk.full")) << failing;
  }
}

// After the last call of the training, too: the others have not finished before.
TEST(GlooExchange, AnErrorAfterTheLastCallEndsTheOtherRanks) {
  for (const int failing : {0, 1}) {
    const auto codes = run_ranks(world(3), [&](GradientExchange& exchange) {
      if (exchange.rank() == failing) throw Error("disk.full", "full", "make room");
    });
    EXPECT_THAT(codes, Each("disk.full")) << failing;
  }
}

// Ctrl-C stops all ranks after the same step: each keeps its own message, with the command that
// resumes.
TEST(GlooExchange, ARankKeepsItsOwnInterrupt) {
  const auto codes = run_ranks(world(3), [&](GradientExchange& exchange) {
    const Error own("interrupted", "stopped", std::to_string(exchange.rank()));
    EXPECT_EQ(exchange.fail(own).hint(), own.hint());
  });
  EXPECT_THAT(codes, Each("no error"));
}

// A rank that computes alone waits in no call. It is told, stops as after Ctrl-C, and reports the
// cause.
TEST(GlooExchange, ARankThatComputesIsToldOfTheEnd) {
  std::atomic<bool> told{false};
  const auto codes = run_ranks(
      world(2),
      [&](GradientExchange& exchange) {
        if (exchange.rank() == 1) throw Error("disk.full", "full", "make room");
        for (int i = 0; i < 2000 && !told; ++i) std::this_thread::sleep_for(milliseconds(10));
        throw Error(told ? "interrupted" : "test.untold", "stopped", "");
      },
      milliseconds(20000), [&] { told = true; });
  EXPECT_THAT(codes, Each("disk.full"));
}

// A rank may compute for longer than the timeout: its heartbeat thread still answers.
TEST(GlooExchange, WaitsForARankThatComputes) {
  const auto codes = run_ranks(
      world(2),
      [](GradientExchange& exchange) {
        if (exchange.rank() == 0) std::this_thread::sleep_for(milliseconds(1500));
        exchange.broadcast("");
      },
      milliseconds(1000));
  EXPECT_THAT(codes, Each("no error"));
}

// Each fault of a start has an error of its own.
TEST(GlooExchange, NamesTheFaultOfAStart) {
  const auto start = [](const std::vector<LaunchPlace>& places) {
    return run_ranks(
        places, [](GradientExchange&) {}, milliseconds(2500));
  };
  const auto port = free_port();
  EXPECT_THAT(start({place_of(0, 2, port)}), ElementsAre("distributed.incomplete"));
  EXPECT_THAT(start({place_of(1, 2, port)}), ElementsAre("distributed.unreachable"));
  const Listener taken;
  EXPECT_THAT(start({place_of(0, 1, taken.port)}), ElementsAre("distributed.port"));
  EXPECT_THAT(start({place_of(1, 2, taken.port)}),
              ElementsAre("distributed.unreachable"));  // silent
  EXPECT_THAT(start({place_of(0, 2, port), place_of(1, 3, port)}),
              UnorderedElementsAre("distributed.world_size", "distributed.incomplete"));
  EXPECT_THAT(start({place_of(0, 3, port), place_of(1, 3, port), place_of(1, 3, port)}),
              UnorderedElementsAre("distributed.duplicate", "distributed.incomplete",
                                   "distributed.incomplete"));
}

// Only this host can use a loopback address: the ranks do not get it as the address of rank 0.
TEST(Rendezvous, AnnouncesNoLoopbackAddress) {
  const auto meeting = meet(place_of(0, 1, free_port()), milliseconds(20000));
  EXPECT_EQ(meeting.address, "127.0.0.1");
  EXPECT_FALSE(meeting.store->check({"address_of_rank_0"}));
}

}  // namespace
}  // namespace digits
