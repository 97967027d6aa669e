#include "data/batches.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/rng.h"
#include "data/outliers.h"

namespace digits {

namespace {

// One key per sample and epoch, independent of the batch.
std::uint64_t augment_index(std::uint64_t epoch, std::uint32_t sample) {
  return epoch << 32 | sample;
}

// Writes the sample, augmented, or an outlier in its place; returns true for an outlier.
bool make_sample(const Dataset& set, std::uint32_t sample, const AugmentOptions& options,
                 std::uint8_t* out, Rng rng) {
  if (options.outliers > 0 && rng.uniform() < options.outliers) {
    write_outlier(set.schema, set.image(sample), out, rng);
    return true;
  }
  augment(options, set.schema, set.image(sample), out, rng);
  return false;
}

}  // namespace

std::size_t batch_count(std::size_t n, const BatchOptions& options) {
  return options.drop_last ? n / options.batch_size
                           : (n + options.batch_size - 1) / options.batch_size;
}

std::vector<std::uint32_t> epoch_order(std::size_t n, const BatchOptions& options) {
  const auto count = static_cast<std::uint32_t>(n);
  if (options.shuffle) return permutation(count, options.seed, Stream::kShuffle, options.epoch);
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  return order;
}

Batch make_batch(const Dataset& set, const std::vector<std::uint32_t>& order, std::size_t b,
                 const BatchOptions& options) {
  const auto begin = b * options.batch_size;
  const auto end = std::min(order.size(), begin + options.batch_size);
  const auto bytes = set.schema.image_bytes();
  Batch batch;
  batch.images.resize((end - begin) * bytes);
  for (auto i = begin; i < end; ++i) {
    const auto sample = order[i];
    auto* const out = batch.images.data() + (i - begin) * bytes;
    batch.indices.push_back(sample);
    const auto number = options.numbers.empty() ? sample : options.numbers[sample];
    const bool outlier =
        make_sample(set, sample, options.augment, out,
                    Rng(options.seed, Stream::kAugment, augment_index(options.epoch, number)));
    batch.labels.push_back(outlier ? set.schema.classes() : set.labels[sample]);
  }
  return batch;
}

BatchStream::BatchStream(const Dataset& set, const BatchOptions& options)
    : set_(set), options_(options) {
  if (options_.batch_size == 0 || options_.prefetch == 0) {
    throw Error("config.batch", "batch size or prefetch 0, expected at least 1",
                "set train.batch_size in the configuration");
  }
  producer_ = std::thread([this] { produce(); });
}

BatchStream::~BatchStream() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  producer_.join();
}

bool BatchStream::next(Batch& batch) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return !ready_.empty() || finished_; });
  if (ready_.empty()) {
    if (error_) std::rethrow_exception(error_);
    return false;
  }
  batch = std::move(ready_.front());
  ready_.pop_front();
  // A woken producer takes this thread's core at once, so it is woken for many batches, not for
  // one.
  const bool low = ready_.size() <= options_.prefetch / 2;
  lock.unlock();
  if (low) changed_.notify_all();
  return true;
}

void BatchStream::produce() noexcept {
  try {
    const auto order = epoch_order(set_.size(), options_);
    const auto count = batch_count(set_.size(), options_);
    for (auto b = options_.first_batch; b < count && enqueue(make_batch(set_, order, b, options_));
         ++b) {
    }
  } catch (...) {
    const std::lock_guard<std::mutex> lock(mutex_);
    error_ = std::current_exception();
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    finished_ = true;
  }
  changed_.notify_all();
}

bool BatchStream::enqueue(Batch batch) {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return ready_.size() < options_.prefetch || stopped_; });
  if (stopped_) return false;
  ready_.push_back(std::move(batch));
  lock.unlock();
  changed_.notify_all();
  return true;
}

}  // namespace digits
