// Runs loops over independent work on several threads.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace digits {

// Calls body(i) for every i in [0, n), split into one contiguous range per thread. The body must
// not share state between indices, so the result does not depend on `threads`. The first exception
// is rethrown after all threads have ended.
template <typename Body>
void parallel_for(std::size_t n, int threads, const Body& body) {
  const auto count = std::min<std::size_t>(static_cast<std::size_t>(std::max(1, threads)), n);
  std::vector<std::exception_ptr> errors(count);
  const auto run = [&](std::size_t worker) noexcept {
    try {
      for (auto i = n * worker / count; i < n * (worker + 1) / count; ++i) body(i);
    } catch (...) {
      errors[worker] = std::current_exception();
    }
  };
  std::vector<std::thread> workers;
  workers.reserve(count);
  for (std::size_t worker = 1; worker < count; ++worker) {
    try {
      workers.emplace_back(run, worker);
    } catch (const std::system_error&) {  // the system starts no more threads
      run(worker);
    }
  }
  if (count > 0) run(0);
  for (auto& worker : workers) worker.join();
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

// Runs calls in ticket order: each waits until all with lower numbers have left.
class OrderedSection {
 public:
  // Calls body() when it is the turn of `number`; each number must occur once. One call runs at a
  // time.
  template <typename Body>
  void pass(std::size_t number, const Body& body) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] { return next_ == number; });
    body();
    ++next_;
    moved_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable moved_;
  std::size_t next_ = 0;
};

// The worker threads of parallel_in_order, below.
template <typename Produce, typename Work, typename Consume>
class OrderedLoop {
 public:
  OrderedLoop(const Produce& produce, const Work& work, const Consume& consume)
      : produce_(produce), work_(work), consume_(consume) {}

  // The loop of each thread.
  void run() {
    Ticket ticket;
    while (take(ticket)) {
      std::optional<Result> result;
      if (!ticket.error) {
        attempt(ticket, [&] { result.emplace(work_(std::move(*ticket.task))); });
      }
      section_.pass(ticket.number, [&] {
        if (!error_ && !ticket.error) attempt(ticket, [&] { consume_(std::move(*result)); });
        if (!error_) error_ = ticket.error;
      });
      if (ticket.error) end();
    }
  }

  // The first exception, after all threads have ended.
  std::exception_ptr error() const { return error_; }

 private:
  using Task = decltype(std::declval<Produce>()());  // std::optional
  using Result = decltype(std::declval<Work>()(std::declval<typename Task::value_type>()));
  struct Ticket {
    std::size_t number = 0;
    Task task;
    std::exception_ptr error;  // instead of a task, or of its result
  };

  template <typename Action>
  static void attempt(Ticket& ticket, const Action& action) {
    try {
      action();
    } catch (...) {
      ticket.error = std::current_exception();
    }
  }

  // Draws the next task, if there is one.
  bool take(Ticket& ticket) {
    const std::lock_guard lock(producing_);
    ticket = {produced_, {}, nullptr};
    if (ended_) return false;
    attempt(ticket, [&] { ticket.task = produce_(); });
    ended_ = !ticket.task;
    if (ended_ && !ticket.error) return false;
    ++produced_;
    return true;
  }

  void end() {
    const std::lock_guard lock(producing_);
    ended_ = true;
  }

  const Produce& produce_;
  const Work& work_;
  const Consume& consume_;
  std::mutex producing_;  // guards the next two
  std::size_t produced_ = 0;
  bool ended_ = false;
  OrderedSection section_;
  std::exception_ptr error_;  // guarded by the ordered section
};

// A stream of tasks. produce() returns the next one, or nothing at the end (std::optional);
// work(task) runs on any thread and returns a result; consume(result) gets the results in the order
// of the tasks, for any number of `threads`. produce and consume are each called by one
// thread at a time. There are never more than `threads` tasks and results at once.
//
// The first exception, in the order of the tasks, is rethrown after all threads have ended; the
// results before it have been consumed, and none after it.
template <typename Produce, typename Work, typename Consume>
void parallel_in_order(int threads, const Produce& produce, const Work& work,
                       const Consume& consume) {
  OrderedLoop<Produce, Work, Consume> loop(produce, work, consume);
  const auto workers = static_cast<std::size_t>(std::max(1, threads));
  parallel_for(workers, static_cast<int>(workers), [&](std::size_t) { loop.run(); });
  if (loop.error()) std::rethrow_exception(loop.error());
}

}  // namespace digits
