// Defines the configuration: all values that a run depends on, read from TOML, overridden by flags,
// written back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/augment.h"
#include "pipeline/gates.h"

namespace digits {

struct DataConfig {
  std::string source = "synthetic";  // or a folder of IDX files or class folders
  std::int64_t classes = 0;          // 0: from the largest label; synthetic: ten
  std::int64_t synthetic_train = 30000;
  std::int64_t synthetic_test = 2000;
  std::int64_t synthetic_rows = 28;
  std::int64_t synthetic_cols = 28;
  double validation_share = 0.1;
  double test_share = 0.2;       // of class folders that have no test part
  std::int64_t first_label = 0;  // see SetOptions, as the next three
  bool invert = false;
  bool transpose = false;
  std::string size;
  std::string date;               // day of the newest images, as 2026-01-31; empty: unknown
  bool is_private = false;        // noise takes the place of images in the run and the package
  std::string fail_on = "error";  // the lowest severity that stops a run; or "warning"
};

struct NetworkConfig {
  double crop_share = 0.05;  // largest share of variance in a frame to crop; see low_variance_frame
  std::int64_t patch = 2;    // see Architecture; 0: chosen by image size, see fit_to_set
  std::vector<std::vector<std::int64_t>> blocks{{16}, {32, 64}};
};

struct TrainConfig {
  std::int64_t epochs = 1;
  std::int64_t min_steps = 0;  // a small set is trained for more epochs, see fit_to_set
  std::int64_t batch_size = 256;
  double max_batch_share = 1.0;  // a small set gets smaller batches, see fit_to_set
  double learning_rate = 5e-2;
  double weight_decay = 1e-2;
  double label_smoothing = 0.1;
  double average = 0.0;
  std::string precision = "auto";
  std::int64_t checkpoint_steps = 0;
  double checkpoint_seconds = 30.0;
};

struct EvaluateConfig {
  std::int64_t images = 1500;  // see BehaviourOptions
  bool digit_tests = true;     // the images are handwritten digits: add their tests and bounds
};

struct Config {
  std::string preset = "fast";
  std::int64_t seed = 0;
  std::int64_t threads = 0;  // 0: one per core
  std::string device = "auto";
  DataConfig data;
  NetworkConfig network;
  TrainConfig train;
  AugmentOptions augment;
  EvaluateConfig evaluate;
  std::string gates_file;                // empty: configs/gates.toml, see default_gates
  std::string gates_undecided = "warn";  // see Undecided
};

// Used when no preset is named.
constexpr const char* kDefaultPreset = "standard";

// The configuration of a preset. Throws config.preset for an unknown name.
Config preset_config(const std::string& name);

// `base` with the values that the TOML text sets. A text that sets train.epochs sets the exact
// number: min_steps becomes 0 unless the text sets it, too. The same holds for train.batch_size,
// with max_batch_share 1. Throws config.syntax, config.unknown_key (so that a typo does not
// silently give a default), config.type and config.value; `name` is for messages.
Config parse_config(const std::string& toml, const std::string& name, const Config& base);

// Throws config.value for invalid values; `name` is for messages.
void check_values(const Config& config, const std::string& name);

// The same for a file; a preset that it names replaces `base`. A relative data.source stays
// relative to the working directory.
Config load_config(const std::filesystem::path& path, const Config& base);

// The configuration that a run has written. Every key must be present, or config.missing_key is
// thrown, so that a damaged file is not silently completed with defaults.
Config load_complete_config(const std::filesystem::path& path);

// Throws config.changed, naming each key that differs from `before`, the configuration with which
// the run started; `name` is for messages.
void require_same(const Config& config, const Config& before, const std::string& name);

// All keys, in the order of configs/*.toml; parse_config reads it back to an equal configuration.
std::string to_toml(const Config& config);

// gates.undecided. Throws config.value unless it is "warn" or "fail".
Undecided undecided_policy(const Config& config);

}  // namespace digits
