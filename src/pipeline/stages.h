// The stages of the pipeline, each a function: values in, values out. What is written to disk goes
// through the run directory. No Torch in this header.
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
class Network;
class Package;
struct TrainOptions;

// The configuration with "auto" and 0 replaced by what this machine makes of it, so that a run can
// be repeated from it; all but train.precision, which depends on the network (check_training). Sets
// LibTorch's threads and determinism on the way.
Config resolve(Config config);

// The options that a part of the synthetic set is drawn with.
SyntheticOptions synthetic_options(const Config& config, Part part);

// acquire: the train and test sets that the configuration names. Synthetic digits are drawn light
// on dark at the configured size: the options on how files are read do not concern them.
Sets acquire(const Config& config);

// acquire: the test part alone, with the classes that training knew.
Dataset acquire_test(const Config& config, const std::vector<std::string>& class_names);

// validate: schema, counts, fingerprints and findings of both parts, as in data.json.
struct DataReport {
  Json json;
  std::vector<Finding> findings;  // of train, test and their overlap; messages say which
  double seconds = 0.0;           // that it took; not in the JSON, which must repeat
};
DataReport validate_sets(const Sets& sets, const Config& config);

// split: the parts to learn from and to choose by: the last `validation` images are the set's own
// validation part (Sets); 0: data.validation_share of every class. Throws as stratified_split.
struct TrainingParts {
  Dataset training;
  Dataset validation;
};
TrainingParts split_stage(const Dataset& train_set, const Config& config,
                          std::size_t validation = 0);

// split: the configuration that suits the training part (fit_to_set). Throws config.train and
// config.network when it cannot train on that part.
Config fit_stage(const Config& config, const Dataset& training);

// The options of a training, and its untrained network, with the training part's normalisation
// constants and the seed's weights.
TrainOptions train_options(const Config& config);
Network make_network(const Dataset& training, const Config& config);

struct RunOptions {
  bool tensorboard = false;  // write event files; it changes no result
  bool resume = false;       // go on with a run that was stopped
  bool train_only = false;   // end after the training
};

// train: normalises, initialises and trains; writes history, the checkpoint of the best epoch (by
// validation accuracy, the later one on a tie) and training states as it goes, then a picture of
// augmented training images. It never sees the
// test set. Throws as train(); when it resumes, config.changed, and checkpoint.* for what the run
// cannot do without.
std::vector<EpochRecord> train_stage(const TrainingParts& parts, const Config& config,
                                     const RunDirectory& run, const RunOptions& options = {});

// The checkpoint's network on a set: logits, [n * classes]. Throws data.schema_mismatch when they
// do not fit.
std::vector<float> predict_stage(const Checkpoint& checkpoint, const Dataset& set,
                                 const Config& config);

// evaluate: what those logits are worth, over slices of the set too; without baselines. Throws as
// above.
Evaluation evaluate_stage(const Checkpoint& checkpoint, const Dataset& set, const Config& config);

// The checkpoint's network for questions and explanations, on the configuration's device.
ModelUnderTest model_under_test(const Checkpoint& checkpoint, const Config& config);

// evaluate: how the network behaves, on images that are changed and drawn for it
// (behaviour/behaviour.h). Throws as above.
std::vector<Measurement> behaviour_stage(const Checkpoint& checkpoint, const Dataset& set,
                                         const Config& config);

// check: the text of the gates that the configuration names, known to be in order. Throws as
// parse_gates and read_file.
std::string gates_text(const Config& config);

// package: writes the package of an evaluated run into `folder`, verified, under the model's name.
void package_stage(const RunDirectory& run, const Checkpoint& checkpoint, const Config& config,
                   const Dataset& examples, const std::filesystem::path& folder,
                   const std::string& name);

// drift: `set` against the training set's profile in the package. What comes in from the world has
// no labels, so the set's are ignored, and each image counts as the class that the model predicts.
// Throws data.schema_mismatch and data.too_few.
std::vector<DriftTest> drift_stage(const Package& package, Dataset set, const Config& config);

}  // namespace digits
