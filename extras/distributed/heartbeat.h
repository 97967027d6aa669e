// Detects lost ranks, and tells the ranks of each other's errors.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/error.h"
#include "distributed/gloo_group.h"

namespace digits {

// A thread that meets those of the other ranks in a group of its own, twice a second or more. So a
// rank may compute alone for a long time, as rank 0 does in validation, and a rank that has ended,
// is stopped or is cut off is still detected within the group's timeout.
class Heartbeat {
 public:
  // Calls `on_end` on its thread when another rank is lost or has failed: a rank that computes
  // alone waits in no call that could throw.
  Heartbeat(GlooGroup group, int rank, std::chrono::milliseconds interval,
            std::chrono::milliseconds timeout, std::function<void()> on_end);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // Waits for an operation of another group. Throws distributed.peer_lost when a rank is lost, and
  // the error of a rank that has failed.
  void wait(const Work& work);

  // The same for work that has no callback at its end, such as NCCL's: asks `done` again and again.
  void poll(const std::function<bool()>& done);

  // Throws when the ended operation has failed, for which the other ranks are the cause.
  void require_result(const Work& work);

  // As GradientExchange::finish() and fail(); one of them, once.
  void finish();
  Error fail(const Error& error);

 private:
  enum class Beat { kStay, kFinished, kFailed };  // of all ranks together

  void run() noexcept;
  Beat beat();
  void stop(const std::optional<Error>& failure);
  void end_with(const Error& error);
  std::string share_failure(int failed);

  GlooGroup group_;
  int rank_;
  std::chrono::milliseconds interval_;
  std::chrono::milliseconds timeout_;
  std::function<void()> on_end_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool leaving_ = false;
  std::optional<Error> failure_;  // of this rank
  std::optional<Error> error_;    // of another one; the exchange is at its end
  std::thread thread_;
};

}  // namespace digits
