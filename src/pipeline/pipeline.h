// Runs the eight stages in order, and each of them over a run directory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/start_run.h"
#include "repository/model_folder.h"

namespace digits {

// A run after its last stage, still locked.
struct FinishedRun {
  StartedRun started;
  std::vector<EpochRecord> history;
  Evaluation evaluation{};    // if the run was evaluated
  std::vector<Gate> gates{};  // likewise
};

// Runs acquire, validate, split, train, evaluate, check, report and package into a new directory at
// `path`, or into a stopped run, which ends as if it had never been stopped. With
// options.train_only, only the first four. Packages only if may_be_packaged(gates): the caller
// shows the results, then calls require_packageable.
//
// Creates no file at `path` when data or configuration are rejected, or this machine does not
// compute the network correctly (device.numerics). Throws as the stages and as open_stopped_run;
// checkpoint.missing when the saved states of a stopped run are missing.
FinishedRun run_pipeline(const Config& asked, const std::filesystem::path& path,
                         const RunOptions& options = {});

// evaluate: the run's checkpoint on its own test set (test_of); writes evaluation.json.
Evaluation evaluate_run(const RunDirectory& run, const Config& config, const Dataset& test);

// check: judges the run's evaluation by its own gates and writes checks.json; with another gates
// file, writes no file. Throws input.missing when the run has not been evaluated.
std::vector<Gate> check_run(const RunDirectory& run);
std::vector<Gate> check_with(const RunDirectory& run, const std::filesystem::path& gates);

// report: report.html and figures/*.svg from the files of the stages before, and their evaluation
// of the run's own test set. Throws checkpoint.changed when the checkpoint is not the evaluated
// one.
void report_run(const RunDirectory& run, const Config& config, const Dataset& test,
                const Evaluation& evaluation, const std::vector<Gate>& gates);

// The same for a run of an earlier process: judges it, and evaluates its checkpoint again.
void report_run(const RunDirectory& run, const Config& config, const Dataset& test);

// The default name of a model: the name of its data's folder, or "digits" for synthetic data and if
// the folder's name is not a model name (is_model_name).
std::string default_model_name(const Config& config);

// check and package: writes checks.json, then the package of a model with this name into `folder`;
// no package when a gate fails (gate.failed). The first images of `test` become golden inputs.
// Throws checkpoint.changed when the checkpoint is not the evaluated one.
void package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                 const std::filesystem::path& folder, const std::string& name);

// The same, as the next version of `model`; returns the version. A rejected run leaves no trace in
// the repository. Throws as ModelFolder::add, too.
int package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                ModelFolder& model);

}  // namespace digits
