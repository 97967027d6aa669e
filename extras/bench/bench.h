// Measures the time and the accuracy of training, over several seeds on this machine. Writes no
// file. No Torch in this header.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"
#include "data/load.h"
#include "model/epoch_record.h"
#include "pipeline/config.h"

namespace digits {

constexpr const char* kBenchTrainSchema = "digits.bench_train/2";

// One training: its times, and the scores of the network of the best epoch by validation accuracy,
// the one that a run would package.
struct SeedResult {
  std::int64_t seed = 0;
  TrainingSummary training;
  int best_epoch = 0;
  Quantity validation_accuracy;           // of that epoch, which was chosen by it
  std::optional<Quantity> test_accuracy;  // nothing without a test set
  double calibration_seconds = 0.0;       // of the whole reference loop beside it
};

// Trains with config.seed, on `train_set` split as in a run (split_stage). The test set is not used
// before training has ended, and may be null: do not use it to choose among configurations. Throws
// as split_stage and train.
SeedResult bench_seed(const Dataset& train_set, const Dataset* test_set, const Config& config,
                      std::size_t validation = 0);

// The configuration with the precision in which this machine computes its network correctly. Throws
// as split_stage and check_training.
Config checked_for_training(const Dataset& train_set, const Config& config,
                            std::size_t validation = 0);

// Several trainings together. Seconds are those of the training loop: data in memory, without
// validation.
struct TrainBench {
  std::vector<SeedResult> seeds;
  const char* measured_on = "test";  // or "validation": without a test set
  Quantity mean_accuracy;            // on this part; n counts seeds, see mean_within
  Spread accuracy;
  Spread seconds;
  Spread images_per_second;
  Spread calibration;       // seconds of the reference loop, beside each seed
  Spread calibrated;        // each seed's training seconds divided by its calibration seconds
  double wait_share = 0.0;  // of all their seconds
  std::int64_t peak_memory_bytes = 0;
};
// Each of `seeds` has calibration_seconds above 0.
TrainBench summarise(std::vector<SeedResult> seeds);

// `seeds` trainings in this process, from config.seed upwards, with progress on stderr. Times the
// reference loop before, between and after them.
TrainBench bench_train(const Dataset& train_set, const Dataset* test_set, const Config& config,
                       int seeds, std::size_t validation = 0);

// Whether the mean accuracy is at least `target`, a share in (0, 1].
bool reaches(const TrainBench& bench, double target);

// Throws gate.target when the mean accuracy is below `target`.
void require_target(const TrainBench& bench, double target);

// The machine of the measurement: processor, cores, threads, device, precision, libraries.
Json describe_machine(const Config& config);

void to_json(Json& json, const SeedResult& result);
void to_json(Json& json, const TrainBench& bench);

}  // namespace digits
