// Trains the network: each batch of each epoch changes the weights by one step of the optimiser. It
// receives a training and a validation part, never the test set.
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
#include "model/training_state.h"

namespace digits {

class GradientExchange;
class Network;

struct TrainOptions {
  int epochs = 3;
  std::size_t batch_size = 128;
  double learning_rate = 5e-3;   // peak of the one-cycle schedule
  double weight_decay = 1e-2;    // decoupled, see AdamW
  double label_smoothing = 0.0;  // share of the target spread evenly over all classes
  double average = 0.0;          // decay of the weights' moving average; 0: none, see WeightAverage
  AugmentOptions augment;
  Precision precision = Precision::kFloat32;
  c10::Device device{c10::DeviceType::CPU};
  std::uint64_t seed = 0;
  // When on_state is called, besides at each epoch's end: whichever comes first; 0: never.
  std::size_t checkpoint_steps = 0;
  double checkpoint_seconds = 30.0;
  // Steps between two checks of loss and gradient. 0: each step on a CPU, every 50 steps on a GPU,
  // where each check waits for the device. It changes no result.
  std::size_t check_every = 0;
};

// Callbacks of a training; any may be empty. An exception from one ends the training.
struct TrainObserver {
  // For each step, in order, when its loss is checked.
  std::function<void(const StepRecord& record)> on_step;
  // The network is in evaluation mode, with averaged weights if weights are averaged.
  std::function<void(const EpochRecord& record)> on_epoch;
  // A state to resume from: its losses and weights are finite. Its tensors are those in use.
  std::function<void(const TrainingState& state)> on_state;
};

// Throws config.train for a batch size with which `ranks` processes cannot train on `samples`
// samples.
void require_trainable(const TrainOptions& options, std::size_t samples, int ranks = 1);

// The batch options of an epoch, counted from 1.
BatchOptions batch_options(const TrainOptions& options, int epoch);

// Trains `network` in place, on options.device, and leaves the averaged weights in it if weights
// are averaged. Bit-reproducible on a CPU for fixed options and thread count.
//
// With a `start` from on_state, training resumes there and gives the same bits; its tensors must
// fit (checkpoint.mismatch). A loss or gradient that is not finite throws train.diverged: on a CPU
// before the step is applied, on a GPU some steps later, but before on_state is called. After an
// interrupt the current step is finished, on_state is called, and `interrupted` is thrown. Throws
// as require_trainable, too.
//
// With an `exchange`, its ranks share the training (model/shared_training.h). Rank 0 has both sets,
// `start` and the observer; the others have empty sets with the schema. All ranks stop after the
// same step, with equal weights and history. Throws train.ranks_differ and as the exchange.
std::vector<EpochRecord> train(Network& network, const Dataset& train_set,
                               const Dataset& validation_set, const TrainOptions& options,
                               const TrainObserver& observer = {}, TrainingState start = {},
                               GradientExchange* exchange = nullptr);

}  // namespace digits
