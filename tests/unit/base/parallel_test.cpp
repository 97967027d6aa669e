#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/testing.h"

namespace digits {
namespace {

// Each of 37 indices once, and none behind them.
TEST(ParallelFor, VisitsEveryIndexOnce) {
  std::vector<int> expected(80, 0);
  std::fill_n(expected.begin(), 37, 1);
  for (const int threads : {1, 2, 7, 100}) {
    std::vector<int> visits(80, 0);
    parallel_for(37, threads, [&](std::size_t i) { ++visits.at(i); });
    EXPECT_EQ(visits, expected) << threads << " threads";
  }
  parallel_for(0, 4, [](std::size_t) { FAIL() << "there is nothing to visit"; });
}

TEST(ParallelFor, RethrowsAnException) {
  const auto run = [](std::size_t i) {
    if (i == 36) throw std::runtime_error("the last one");
  };
  EXPECT_THROW(parallel_for(37, 4, run), std::runtime_error);
}

// Tasks 0 .. n - 1.
class Counter {
 public:
  explicit Counter(int n) : n_(n) {}
  std::optional<int> next() { return next_ < n_ ? std::optional(next_++) : std::nullopt; }

 private:
  int n_;
  int next_ = 0;
};

// For any number of threads and any duration of tasks, each result is consumed once and in order.
TEST(ParallelInOrder, ConsumesInTheOrderOfTheTasks) {
  std::vector<int> expected(200);
  std::iota(expected.begin(), expected.end(), 0);
  for (const int threads : {1, 2, 7}) {
    Counter counter(200);
    std::vector<int> seen;
    parallel_in_order(
        threads, [&] { return counter.next(); },
        [](int task) {
          for (int i = 0; i < task * 7919 % 13; ++i) std::this_thread::yield();
          return task;
        },
        [&](int result) { seen.push_back(result); });
    EXPECT_EQ(seen, expected) << threads << " threads";
  }
}

// A slow consumer limits the producers: the number of threads bounds the memory.
TEST(ParallelInOrder, HoldsAtMostOneTaskPerThread) {
  Counter counter(100);
  std::atomic<int> held{0};
  int most = 0;
  parallel_in_order(
      3,
      [&] {
        const auto task = counter.next();
        most = std::max(most, task ? ++held : 0);
        return task;
      },
      [](int task) { return task; },
      [&](int) {
        std::this_thread::yield();
        --held;
      });
  EXPECT_LE(most, 3);
  EXPECT_EQ(held, 0);
}

// For an error in any of the functions, the results before it have been consumed, and no result
// after it is consumed, though the other threads have worked on them.
TEST(ParallelInOrder, StopsAtTheFirstError) {
  for (const std::string where : {"produce", "work", "consume"}) {
    for (const int threads : {1, 2, 7}) {
      SCOPED_TRACE(where + " " + std::to_string(threads));
      Counter counter(100);
      std::atomic<int> produced{0};
      std::vector<int> seen;
      const auto fail = [&](const char* here, int task) {
        if (where == here && (task == 10 || task == 11)) {
          throw std::out_of_range(std::to_string(task));
        }
      };
      const auto run = [&] {
        parallel_in_order(
            threads,
            [&] {
              const auto task = counter.next();
              if (task) fail("produce", *task);
              ++produced;
              return task;
            },
            [&](int task) {
              while (task == 10 && produced < 10 + threads) std::this_thread::yield();
              fail("work", task);
              return task;
            },
            [&](int result) {
              fail("consume", result);
              seen.push_back(result);
            });
      };
      EXPECT_THAT(run, testing::ThrowsMessage<std::out_of_range>("10"));
      EXPECT_THAT(seen, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    }
  }
}

// After an error no other task is produced: with one thread, none after the tenth.
TEST(ParallelInOrder, ProducesNothingAfterAnError) {
  for (const std::string where : {"work", "consume"}) {
    int produced = 0;
    const auto produce = [&] { return ++produced <= 100 ? std::optional(produced) : std::nullopt; };
    const auto fail = [&](const char* here, int task) {
      if (where == here && task == 10) throw std::out_of_range("10");
    };
    const auto run = [&] {
      parallel_in_order(
          1, produce,
          [&](int task) {
            fail("work", task);
            return task;
          },
          [&](int result) { fail("consume", result); });
    };
    EXPECT_THROW(run(), std::out_of_range) << where;
    EXPECT_EQ(produced, 10) << where;
  }
}

}  // namespace
}  // namespace digits
