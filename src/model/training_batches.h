// Provides training batches as tensors on the training device.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>

#include "data/augment.h"
#include "data/batches.h"
#include "data/dataset.h"

namespace digits {

struct TensorBatch {
  at::Tensor images;  // [n, rows, cols, channels] bytes, see unit_images
  at::Tensor labels;  // [n] int64
};

// Without augmentation the set is copied to the device once, and batches are gathered there; with
// it, a separate thread prepares the batches. The order of the samples is the same.
class TrainingBatches {
 public:
  // The set must outlive it.
  TrainingBatches(const Dataset& set, const AugmentOptions& augment, c10::Device device);

  // Starts the epoch of `options` at its first_batch. Throws as BatchStream.
  void start(const BatchOptions& options);

  // The epoch's next batch; false at its end. The previous batch must no longer be in use. Throws
  // as BatchStream::next.
  bool next(TensorBatch& batch);

 private:
  const Dataset& set_;
  c10::Device device_;
  at::Tensor images_;  // [n, rows, cols, channels] bytes; undefined when batches are streamed
  at::Tensor labels_;  // [n] int64
  at::Tensor order_;   // [n] int64, of the epoch
  int64_t batch_size_ = 0;
  int64_t next_ = 0;  // batch
  int64_t count_ = 0;
  std::unique_ptr<BatchStream> stream_;
  Batch streamed_;  // owns the memory of the last batch's tensors
};

}  // namespace digits
