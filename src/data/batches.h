// Shuffles and augments batches on a separate thread, ahead of the consumer.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "data/augment.h"
#include "data/dataset.h"

namespace digits {

// Samples in contiguous memory, ready to become one tensor.
struct Batch {
  std::vector<std::uint32_t> indices;  // [n], positions in the data set
  std::vector<std::uint8_t> images;    // [n, rows, cols, channels], 0 to 255
  std::vector<std::int64_t> labels;    // [n]; of an outlier: the number of classes
};

struct BatchOptions {
  std::size_t batch_size = 128;
  std::uint64_t seed = 0;
  std::uint64_t epoch = 0;      // decides the order and the augmentations
  bool shuffle = true;          // false: in the order of the set
  bool drop_last = false;       // leave out a last batch that is not full
  std::size_t first_batch = 0;  // of a stream: where to resume an epoch
  AugmentOptions augment;
  // The images' numbers for augmentation, when the set is a part of another; empty: their
  // positions.
  std::vector<std::uint32_t> numbers;
  std::size_t prefetch = 16;  // batches prepared ahead; limits the memory
};

// The number of batches in an epoch over n samples.
std::size_t batch_count(std::size_t n, const BatchOptions& options);

// Batch number `b` of the epoch: a function of the options and `order` alone.
Batch make_batch(const Dataset& set, const std::vector<std::uint32_t>& order, std::size_t b,
                 const BatchOptions& options);

// The order in which an epoch visits the set.
std::vector<std::uint32_t> epoch_order(std::size_t n, const BatchOptions& options);

// One epoch's batches, in order, starting at `first_batch`. The set must outlive the stream. One
// consumer thread.
class BatchStream {
 public:
  // Throws config.batch for a batch size of zero.
  BatchStream(const Dataset& set, const BatchOptions& options);
  ~BatchStream();  // stops the producer in any state
  BatchStream(const BatchStream&) = delete;
  BatchStream& operator=(const BatchStream&) = delete;

  // Moves the next batch out; false at the epoch's end. Rethrows the producer's exception.
  bool next(Batch& batch);

 private:
  void produce() noexcept;
  bool enqueue(Batch batch);  // false after the consumer has stopped

  const Dataset& set_;
  const BatchOptions options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> ready_;
  std::exception_ptr error_;
  bool finished_ = false;  // the producer has made its last batch
  bool stopped_ = false;   // the consumer wants no more
  std::thread producer_;
};

}  // namespace digits
