// Training: epochs of batches through network and optimiser. It is handed a training and a
// validation part, never the test set.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "data/augment.h"
#include "data/batches.h"
#include "data/dataset.h"
#include "model/device.h"
#include "model/epoch_record.h"

namespace torch::optim {
class Optimizer;
}

namespace digits {

class Network;

struct TrainOptions {
  int epochs = 3;
  std::size_t batch_size = 128;
  double learning_rate = 5e-3;  // peak of the one-cycle schedule
  double weight_decay = 1e-2;   // decoupled: Loshchilov and Hutter, "Decoupled weight decay" (2019)
  AugmentOptions augment;
  Precision precision = Precision::kFloat32;
  c10::Device device{c10::DeviceType::CPU};
  std::uint64_t seed = 0;
};

// Called as training goes on; either may be empty. An exception from one ends the training.
struct TrainObserver {
  std::function<void(const StepRecord& record)> on_step;
  std::function<void(const EpochRecord& record)> on_epoch;  // network in evaluation mode
};

// Throws config.train for options that cannot train on `samples` samples.
void require_trainable(const TrainOptions& options, std::size_t samples);

// How the batches of an epoch, counted from 1, are made.
BatchOptions batch_options(const TrainOptions& options, int epoch);

// One optimiser step on one batch; returns the batch's mean loss before it. Throws train.diverged
// when that is not finite; the step is then not taken.
double train_step(Network& network, torch::optim::Optimizer& optimizer, const Batch& batch,
                  const Schema& schema, const TrainOptions& options);

// Trains `network` in place, on options.device. Bit-reproducible on a CPU for fixed options and
// thread count. Throws train.diverged, `interrupted` at the first step after an interrupt, and as
// require_trainable.
std::vector<EpochRecord> train(Network& network, const Dataset& train_set,
                               const Dataset& validation_set, const TrainOptions& options,
                               const TrainObserver& observer = {});

}  // namespace digits
