// A command runs on rank 0 alone, and an error of one rank ends all of them.
#include "cli/exchange_factory.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <new>

#include "base/error.h"
#include "base/registry.h"
#include "support/fake_ranks.h"
#include "support/testing.h"

namespace digits {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// An exchange that hands its calls on to another one.
class Forwarding : public GradientExchange {
 public:
  explicit Forwarding(GradientExchange& to) : to_(to) {}
  int rank() const override { return to_.rank(); }
  int ranks() const override { return to_.ranks(); }
  void average(at::Tensor& values) override { to_.average(values); }
  std::string broadcast(const std::string& bytes) override { return to_.broadcast(bytes); }
  std::string scatter(const std::vector<std::string>& parts) override { return to_.scatter(parts); }
  void finish() override { to_.finish(); }
  Error fail(const Error& error) noexcept override {
    to_.fail(error);
    return error.code() == "interrupted" ? Error("test.cause", "cause", "hint") : error;
  }

 private:
  GradientExchange& to_;
};

// The exchange of the thread that calls the factory.
thread_local GradientExchange* exchange_here = nullptr;

class RunShared : public testing::Test {
 protected:
  RunShared() {
    registered<ExchangeFactory>() = {
        ExchangeFactory{[](CommandOptions& options) { options.flag("shared", "test"); },
                        [](const ParsedOptions&) -> std::unique_ptr<GradientExchange> {
                          if (exchange_here == nullptr) return nullptr;
                          return std::make_unique<Forwarding>(*exchange_here);
                        }}};
  }
  ~RunShared() override { registered<ExchangeFactory>().clear(); }
};

TEST_F(RunShared, WithoutAnExchangeRunsAlone) {
  EXPECT_EQ(run_shared({}, [](GradientExchange* exchange) { return exchange == nullptr ? 7 : 8; }),
            7);
}

// The error of rank 0 has its code on all ranks; another rank names itself.
TEST_F(RunShared, AnErrorOfRankZeroEndsAllRanks) {
  std::vector<std::string> messages(2);
  const auto codes = FakeWorld(2).run([&](GradientExchange& exchange) {
    exchange_here = &exchange;
    try {
      run_shared({}, [](GradientExchange* own) -> int {
        EXPECT_EQ(own->rank(), 0);
        throw Error("data.leakage", "seen", "hint");
      });
    } catch (const Error& error) {
      messages[static_cast<std::size_t>(exchange.rank())] = error.what();
      throw;
    }
  });
  EXPECT_THAT(codes, ElementsAre("data.leakage", "data.leakage"));
  EXPECT_THAT(messages, ElementsAre("seen", "rank 1: seen"));
}

// A rank that another one has stopped reports the cause.
TEST_F(RunShared, ReportsTheCauseOfAStop) {
  const auto codes = FakeWorld(2).run([&](GradientExchange& exchange) {
    exchange_here = &exchange;
    run_shared({}, [](GradientExchange*) -> int { throw Error("interrupted", "seen", "hint"); });
  });
  EXPECT_THAT(codes, ElementsAre("test.cause", "test.cause"));
}

// Another exception than Error, as of a library or a full memory, is the others' error, too.
TEST_F(RunShared, AnUnexpectedExceptionEndsAllRanks) {
  const auto codes = FakeWorld(2).run([&](GradientExchange& exchange) {
    exchange_here = &exchange;
    try {
      run_shared({}, [](GradientExchange*) -> int { throw std::bad_alloc(); });
    } catch (const std::bad_alloc&) {
      EXPECT_EQ(exchange.rank(), 0);
    }
  });
  EXPECT_THAT(codes, ElementsAre("", "internal"));
}

TEST_F(RunShared, AddsTheOptionsOfAFactory) {
  CommandOptions options("train", "test");
  options.add_run();
  const auto parsed = options.parse({"--shared", "--allow-world-change"});
  EXPECT_TRUE(parsed->has("shared"));
  EXPECT_TRUE(parsed->has("allow-world-change"));
  registered<ExchangeFactory>().clear();
  CommandOptions without("train", "test");
  without.add_run();
  expect_error("usage.option", [&] { without.parse({"--allow-world-change"}); });
}

}  // namespace
}  // namespace digits
