#include "model/training_batches.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "model/tensors.h"

namespace digits {

namespace {

// A GPU copies pinned memory by itself; for other memory the CPU would wait until the GPU has
// finished its queue.
at::Tensor on_device(const at::Tensor& tensor, c10::Device device) {
  if (device.is_cpu()) return tensor;
  return tensor.pin_memory().to(at::TensorOptions(device), /*non_blocking=*/true);
}

}  // namespace

TrainingBatches::TrainingBatches(const Dataset& set, const AugmentOptions& augment,
                                 c10::Device device)
    : set_(set), device_(device) {
  if (augment.changes()) return;
  images_ = byte_tensor(set.images.data(), set.size(), set.schema).to(device);
  labels_ = label_tensor({set.labels.begin(), set.labels.end()}, device);
}

void TrainingBatches::start(const BatchOptions& options) {
  stream_.reset();
  if (!images_.defined()) {
    stream_ = std::make_unique<BatchStream>(set_, options);
    return;
  }
  const auto order = epoch_order(set_.size(), options);
  order_ = label_tensor({order.begin(), order.end()}, device_);
  batch_size_ = static_cast<int64_t>(options.batch_size);
  next_ = static_cast<int64_t>(options.first_batch);
  count_ = static_cast<int64_t>(batch_count(set_.size(), options));
}

bool TrainingBatches::next(TensorBatch& batch) {
  if (stream_) {
    if (!stream_->next(streamed_)) return false;
    const auto& [indices, images, labels] = streamed_;
    batch.images = on_device(byte_tensor(images.data(), labels.size(), set_.schema), device_);
    batch.labels = on_device(label_tensor(labels, c10::kCPU), device_);
    return true;
  }
  if (next_ >= count_) return false;
  const auto begin = next_++ * batch_size_;
  const auto chosen = order_.slice(0, begin, std::min(begin + batch_size_, order_.size(0)));
  batch.images = images_.index_select(0, chosen);
  batch.labels = labels_.index_select(0, chosen);
  return true;
}

}  // namespace digits
