// A loop over independent indices on several threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <exception>
#include <system_error>
#include <thread>
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
    } catch (const std::system_error&) {  // no more threads to be had
      run(worker);
    }
  }
  if (count > 0) run(0);
  for (auto& worker : workers) worker.join();
  for (const auto& error : errors) {
    if (error) std::rethrow_exception(error);
  }
}

}  // namespace digits
