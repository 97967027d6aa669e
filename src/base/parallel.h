// Runs independent work on several threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <future>
#include <utility>
#include <vector>

namespace digits {

// Calls body(i) for every i in [0, n), split into one contiguous range per thread. The body must
// not share state between indices, so the result does not depend on `threads`. An exception is
// rethrown after all threads have ended.
template <typename Body>
void parallel_for(std::size_t n, int threads, const Body& body) {
  const auto count = std::min<std::size_t>(static_cast<std::size_t>(std::max(1, threads)), n);
  const auto run = [&](std::size_t worker) {
    for (auto i = n * worker / count; i < n * (worker + 1) / count; ++i) body(i);
  };
  std::vector<std::future<void>> others;  // without threads left in the system, get() runs them
  for (std::size_t worker = 1; worker < count; ++worker) others.push_back(std::async(run, worker));
  if (count > 0) run(0);
  for (auto& other : others) other.get();
}

// A stream of tasks. produce() returns the next one, or nothing at the end (std::optional);
// work(task) runs on a thread of its own and returns a result; consume(result) gets the results in
// the order of the tasks, for any number of `threads`. produce and consume are called by the
// calling thread. There are never more than `threads` tasks and results at once.
//
// The first exception, in the order of the tasks, is rethrown after all threads have ended; the
// results before it have been consumed, and none after it.
template <typename Produce, typename Work, typename Consume>
void parallel_in_order(int threads, const Produce& produce, const Work& work,
                       const Consume& consume) {
  std::deque<std::future<decltype(work(*produce()))>> started;
  const auto consume_first = [&] {
    consume(started.front().get());
    started.pop_front();
  };
  const auto consume_all = [&] {
    while (!started.empty()) consume_first();
  };
  const auto next = [&] {
    try {
      return produce();
    } catch (...) {
      consume_all();
      throw;
    }
  };
  for (auto task = next(); task; task = next()) {
    started.push_back(std::async([&work, own = std::move(*task)] { return work(own); }));
    if (started.size() >= static_cast<std::size_t>(std::max(1, threads))) consume_first();
  }
  consume_all();
}

}  // namespace digits
