// The eight stages in order, and each of them over a run directory.
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
  Evaluation evaluation{};    // of a run that was evaluated
  std::vector<Gate> gates{};  // likewise
};

// acquire, validate, split, train, evaluate, check, report, package: into a new run directory at
// `path`, or into a stopped run, which ends as if it had never been stopped. With
// options.train_only the first four. Without a package unless may_be_packaged(gates): the caller
// shows the results, then calls require_packageable.
//
// Nothing is created at `path` when data or configuration are rejected, or this machine does not
// compute the network correctly (device.numerics). Throws as the stages and as open_stopped_run;
// checkpoint.missing when the states that a stopped run had saved are gone.
FinishedRun run_pipeline(const Config& asked, const std::filesystem::path& path,
                         const RunOptions& options = {});

// evaluate: the run's checkpoint on its own test set; writes evaluation.json. Throws data.changed
// when `test` is not the set that the run has seen.
Evaluation evaluate_run(const RunDirectory& run, const Config& config, const Dataset& test);

// evaluate: the run's checkpoint on any set of its classes; nothing is written.
Evaluation evaluate_on(const RunDirectory& run, const Config& config, const Dataset& set);

// check: the run's evaluation by its own gates, written to checks.json; by those of a file, nothing
// is written. Throws input.missing when the run has not been evaluated.
std::vector<Gate> check_run(const RunDirectory& run);
std::vector<Gate> check_with(const RunDirectory& run, const std::filesystem::path& gates);

// report: report.html and figures/*.svg from what the stages before have written, and their
// evaluation of the run's own test set. Throws checkpoint.changed when the checkpoint is not the
// one that was evaluated.
void report_run(const RunDirectory& run, const Config& config, const Dataset& test,
                const Evaluation& evaluation);

// The name of a model that is given none: that of its data's folder, or "digits" for synthetic data
// and where the folder's name is not a model name (is_model_name).
std::string default_model_name(const Config& config);

// check and package: writes checks.json, then the package of a model of this name into `folder`;
// none when a gate fails (gate.failed). The first of `test` become golden inputs. Throws
// checkpoint.changed when the checkpoint is not the one that was evaluated.
void package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                 const std::filesystem::path& folder, const std::string& name);

// The same as the next version of `model`, which is returned. A run that is rejected leaves no
// trace in the repository. Throws as ModelFolder::add, too.
int package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                ModelFolder& model);

}  // namespace digits
