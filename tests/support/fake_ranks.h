// Ranks of a shared training in one process, without a network.
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "model/gradient_exchange.h"

namespace digits {

// The ranks compute in turn: each up to its next call of the exchange, then the next rank. At most
// one of them computes at a time, so the result is that of one thread that does the parts in turn.
class FakeWorld {
 public:
  explicit FakeWorld(int ranks)
      : ranks_(ranks),
        ended_(static_cast<std::size_t>(ranks), false),
        calls_(static_cast<std::size_t>(ranks), 0) {
    for (auto& round : rounds_) round.resize(static_cast<std::size_t>(ranks));
  }

  // Runs `work` as each rank, and returns the error code of each; empty for none. A rank that ends
  // with an error fails with it.
  std::vector<std::string> run(const std::function<void(GradientExchange&)>& work) {
    std::vector<std::string> codes(static_cast<std::size_t>(ranks_));
    std::vector<std::thread> threads;
    for (int rank = 0; rank < ranks_; ++rank) {
      threads.emplace_back(
          [&, rank] { codes[static_cast<std::size_t>(rank)] = run_rank(rank, work); });
    }
    for (auto& thread : threads) thread.join();
    return codes;
  }

  std::size_t averages() const { return averages_; }  // calls of average(), of all ranks

 private:
  // The arguments of a call.
  struct Call {
    at::Tensor values;
    std::string bytes;
    std::vector<std::string> parts;
  };

  class Rank : public GradientExchange {
   public:
    Rank(FakeWorld& world, int rank) : world_(world), rank_(rank) {}
    int rank() const override { return rank_; }
    int ranks() const override { return world_.ranks_; }
    void average(at::Tensor& values) override {
      ++world_.averages_;
      const auto& calls = exchange({values.clone(), {}, {}});
      auto sum = calls.front().values.clone();
      for (std::size_t i = 1; i < calls.size(); ++i) sum += calls[i].values;
      values.copy_(sum / static_cast<double>(world_.ranks_));
    }
    std::string broadcast(const std::string& bytes) override {
      return exchange({{}, bytes, {}}).front().bytes;
    }
    std::string scatter(const std::vector<std::string>& parts) override {
      return exchange({{}, {}, parts}).front().parts.at(static_cast<std::size_t>(rank_));
    }
    void finish() override { exchange({}); }
    Error fail(const Error& error) noexcept override {
      if (!world_.error_) world_.error_ = error;
      return error;
    }

   private:
    // Returns the calls of all ranks. Two rounds are enough: no rank begins a third one before all
    // have read the first.
    const std::vector<Call>& exchange(Call call) {
      auto& round = world_.rounds_[count_ % 2];
      round[static_cast<std::size_t>(rank_)] = std::move(call);
      world_.calls_[static_cast<std::size_t>(rank_)] = ++count_;
      world_.pass_turn(rank_);
      for (const auto calls : world_.calls_) {
        if (calls >= count_) continue;  // else this rank has ended
        throw world_.error_.value_or(Error("test.ended", "a rank made fewer calls", ""));
      }
      return round;
    }

    FakeWorld& world_;
    int rank_;
    std::size_t count_ = 0;
  };

  std::string run_rank(int number, const std::function<void(GradientExchange&)>& work) {
    wait_for_turn(number);
    Rank rank(*this, number);
    std::string code;
    try {
      work(rank);
    } catch (const Error& error) {
      rank.fail(error);
      code = error.code();
    }
    end(number);
    return code;
  }

  void wait_for_turn(int rank) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return turn_ == rank; });
  }

  // Gives the turn to the next rank that has not ended. Requires the lock.
  void advance(int rank) {
    for (int i = 1; i <= ranks_; ++i) {
      turn_ = (rank + i) % ranks_;
      if (!ended_[static_cast<std::size_t>(turn_)]) break;
    }
    changed_.notify_all();
  }

  void pass_turn(int rank) {
    std::unique_lock<std::mutex> lock(mutex_);
    advance(rank);
    changed_.wait(lock, [&] { return turn_ == rank; });
  }

  void end(int rank) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_[static_cast<std::size_t>(rank)] = true;
    advance(rank);
  }

  int ranks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int turn_ = 0;
  std::vector<bool> ended_;
  std::vector<std::size_t> calls_;  // of each rank
  std::array<std::vector<Call>, 2> rounds_;
  std::optional<Error> error_;
  std::size_t averages_ = 0;
};

}  // namespace digits
