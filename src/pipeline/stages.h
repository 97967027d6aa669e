// Defines each stage of the pipeline as a function: values in, values out. A comment begins with
// its stage. Files are written through the run directory. No Torch in this header.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "behaviour/behaviour.h"
#include "data/drift.h"
#include "data/load.h"
#include "data/validate.h"
#include "metrics/evaluation.h"
#include "model/epoch_record.h"
#include "pipeline/config.h"
#include "pipeline/run_directory.h"
#include "synthetic/synthetic.h"

namespace digits {

struct Checkpoint;
class GradientExchange;
class Network;
class Package;
struct TrainOptions;

// The configuration with "auto" and 0 replaced by this machine's values, so that the run can be
// repeated; except train.precision, which depends on the network (check_training). Also sets
// LibTorch's threads and determinism.
Config resolve(Config config);

// The options for drawing a part of the synthetic set.
SyntheticOptions synthetic_options(const Config& config, Part part);

// acquire: the train and test sets that the configuration names. Synthetic digits are drawn light
// on dark at the configured size: options for reading files do not apply to them.
Sets acquire(const Config& config);

// acquire: the training part alone, for work that must not use the test set: `test` is empty. IDX
// files of the test part are not read; class folders are loaded whole, and their test part is
// dropped. Throws as acquire.
Sets acquire_training(const Config& config);

// acquire: the test part alone, with the classes of training.
Dataset acquire_test(const Config& config, const std::vector<std::string>& class_names);

// validate: schema, counts, fingerprints and findings of both parts, as in data.json.
// NOLINTNEXTLINE(bugprone-exception-escape): moving JSON checks an assertion, which cannot throw
struct DataReport {
  Json json;
  std::vector<Finding> findings;  // of train, test and their overlap; messages name the part
  double seconds = 0.0;           // duration; not in the JSON, which must be reproducible
};
DataReport validate_sets(const Sets& sets, const Config& config);

// split: the training part and the validation part. The last `validation` images are the set's own
// validation part (Sets); 0: data.validation_share of every class. Throws as stratified_split.
struct TrainingParts {
  Dataset training;
  Dataset validation;
};
TrainingParts split_stage(const Dataset& train_set, const Config& config,
                          std::size_t validation = 0);

// split: the configuration fitted to the training part (fit_to_set). Throws config.train and
// config.network when `ranks` processes cannot train on that part with it.
Config fit_stage(const Config& config, const Dataset& training, int ranks = 1);

// The options of a training, and its untrained network, with the training part's normalisation
// constants and the seed's weights.
TrainOptions train_options(const Config& config);
Network make_network(const Dataset& training, const Config& config);

struct RunOptions {
  std::vector<std::string> logs{};  // options of the registered logs; they change no result
  bool resume = false;              // continue a stopped run
  bool train_only = false;          // stop after training
  // With other ranks, whose rank 0 this is: see pipeline/shared_run.h. Null: alone.
  GradientExchange* exchange = nullptr;
  bool allow_world_change = false;  // resume with another number of ranks
};

// train: normalises, initialises and trains. Writes history, the checkpoint of the best epoch (by
// validation accuracy, the later one on a tie) and training states during training, then a picture
// of augmented training images. It never receives the test set. Throws as train(); when it resumes,
// config.changed, config.ranks, and checkpoint.* for missing or damaged files.
std::vector<EpochRecord> train_stage(const TrainingParts& parts, const Config& config,
                                     const RunDirectory& run, const RunOptions& options = {});

// The checkpoint's network on a set: logits, [n * classes]. Throws data.schema_mismatch when they
// do not match.
std::vector<float> predict_stage(const Checkpoint& checkpoint, const Dataset& set,
                                 const Config& config);

// evaluate: the metrics of these logits, also over slices of the set; without baselines. Throws as
// above.
Evaluation evaluate_stage(const Checkpoint& checkpoint, const Dataset& set, const Config& config);

// The checkpoint's network for behaviour tests and attributions, on the configuration's device.
ModelUnderTest model_under_test(const Checkpoint& checkpoint, const Config& config);

// evaluate: the network's behaviour on changed and on synthetic images (behaviour/behaviour.h).
// Throws as above.
std::vector<Measurement> behaviour_stage(const Checkpoint& checkpoint, const Dataset& set,
                                         const Config& config);

// check: the text of the gates that the configuration names, already validated. Throws as
// parse_gates and read_file.
std::string gates_text(const Config& config);

// Noise to show and to package in place of the images of a private set; empty for another set.
Dataset noise_if_private(const Config& config, const Schema& schema);

// package: writes the package of an evaluated run into `folder`, verified, with the model's name.
void package_stage(const RunDirectory& run, const Checkpoint& checkpoint, const Config& config,
                   const Dataset& examples, const std::filesystem::path& folder,
                   const std::string& name);

// drift: compares `set` with the training set's profile in the package. New data have no labels, so
// the set's labels are ignored, and each image counts as its predicted class. Throws
// data.schema_mismatch and data.too_few.
std::vector<DriftTest> drift_stage(const Package& package, Dataset set, const Config& config);

}  // namespace digits
