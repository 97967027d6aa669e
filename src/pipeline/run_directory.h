// Defines a run's folder: the only place with the names of the core's artifacts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/json.h"
#include "data/profile.h"
#include "metrics/baselines.h"
#include "model/epoch_record.h"
#include "pipeline/config.h"
#include "pipeline/gates.h"

namespace digits {

constexpr const char* kDataSchema = "digits.data/1";
constexpr const char* kNumericsSchema = "digits.numerics/1";

// A file that a complete run has.
struct Artifact {
  std::string name;      // relative to the run directory
  std::string schema;    // of its JSON; empty for other formats
  std::size_t min_size;  // bytes: a smaller file is incomplete
};

// Every artifact of `digits run`, in the order in which they appear; in addition, checkpoint/ holds
// the training states, whose names contain the step.
std::vector<Artifact> artifacts();

class RunDirectory {
 public:
  // A new, empty run directory. Throws output.exists, output.unwritable.
  static RunDirectory create(const std::filesystem::path& path);

  // Opens a run that was written before. Throws input.missing when there is no config.toml in it.
  static RunDirectory open(const std::filesystem::path& path);

  static bool exists(const std::filesystem::path& path);

  // Keeps other processes from training here while the result lives: each would delete the other's
  // temporary files. The configuration must be written. Throws output.busy.
  Descriptor lock() const;

  // runs/<time>-seed<seed>, for a run without a named folder.
  static std::filesystem::path default_path(std::int64_t seed);

  const std::filesystem::path& path() const { return path_; }
  std::string name() const;  // of its folder, for any spelling of the path
  std::filesystem::path checkpoints() const { return path_ / "checkpoint"; }
  std::filesystem::path checkpoint() const { return checkpoints() / "best.safetensors"; }
  std::filesystem::path evaluation() const { return path_ / "evaluation.json"; }
  std::filesystem::path augmentation() const { return path_ / "augmentation.png"; }
  std::filesystem::path report() const { return path_ / "report.html"; }
  std::filesystem::path package() const { return path_ / "package"; }

  void write_config(const Config& config) const;
  void write_gates(const std::string& toml) const;
  void write_numerics(const Json& content) const;
  void write_data(const Json& content) const;
  void write_profile(const Profile& profile) const;
  void write_history(const std::vector<EpochRecord>& history) const;
  void write_evaluation(const Json& content) const;
  void write_checks(const Json& content) const;
  void write_figure(const std::string& name, const std::string& svg) const;  // figures/NAME.svg
  void write_report(const std::string& html) const;

  // Whether data, profile and an epoch are written: a run may be stopped before.
  bool has_data() const;
  bool has_history() const;

  // Read the files of earlier stages. Throw input.missing, naming the stage to run first, and
  // config.* or input.malformed when the file was edited.
  Config read_config() const;
  std::string fingerprint_of(const std::string& part) const;  // "train" or "test"
  std::size_t own_validation() const;                         // see Sets::validation
  std::vector<Baseline> read_baselines() const;               // on the test set
  Json read_numerics() const;
  Json read_data() const;
  std::vector<EpochRecord> read_history() const;
  std::vector<GateRule> read_gates() const;
  Json read_evaluation() const;
  Profile read_profile(const Schema& schema) const;  // throws unless it fits the schema

 private:
  explicit RunDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace digits
