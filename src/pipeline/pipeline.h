// The stages in order, over a run directory.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/stages.h"
#include "repository/model_folder.h"

namespace digits {

// A run directory with a trained checkpoint, locked, and the test set that belongs to it.
struct TrainedRun {
  RunDirectory run;
  Descriptor lock;
  Dataset test;
  std::vector<EpochRecord> history;
};

// acquire, validate, split, train. Nothing is created at `path` when data or configuration are
// refused. Resuming, the run at `path` ends as if it had never been stopped, and keeps its own
// configuration; config.data.source may name another place with the same data. It throws
// config.changed and data.changed when the run was begun with others, checkpoint.missing when the
// states that it had saved are gone, and output.busy while another process trains there.
TrainedRun train_run(const Config& config, const std::filesystem::path& path,
                     const RunOptions& options = {});

// evaluate: a run's checkpoint on a set that is not the run's own; nothing is written.
Evaluation evaluate_elsewhere(const RunDirectory& run, const Config& config);

// evaluate: the run's checkpoint on its own test set; writes evaluation.json. Throws data.changed
// when `test` is not the set that the run has seen.
Evaluation evaluate_run(const RunDirectory& run, const Config& config, const Dataset& test);

// The same evaluation, with the probabilities that evaluation.json does not hold; nothing is
// written.
Evaluation evaluate_again(const RunDirectory& run, const Config& config, const Dataset& test);

// The test set of a run, as its configuration names it. Throws as acquire_test; a relative path is
// taken from the working folder, which need not be the one where the run was made.
Dataset test_of(const RunDirectory& run, const Config& config);

// check: the run's evaluation by its own gates, written to checks.json; by those of a file, nothing
// is written. Throws input.missing when the run has not been evaluated.
std::vector<Gate> check_run(const RunDirectory& run);
std::vector<Gate> check_with(const RunDirectory& run, const std::filesystem::path& gates);

// report: report.html and figures/*.svg from what the stages before have written, and their
// evaluation. Throws checkpoint.changed when the checkpoint is not the one that was evaluated.
void report_run(const RunDirectory& run, const Config& config, const Dataset& test,
                const Evaluation& evaluation);

// What a model is called that is given no name: as the folder of its data, or "digits" when that is
// no name (is_model_name) and for synthetic ones.
std::string default_model_name(const Config& config);

// check and package: writes checks.json, then the package of a model of this name into `folder`;
// none when a gate fails (gate.failed). The first of `test` become golden inputs. Throws
// checkpoint.changed when the checkpoint is not the one that was evaluated.
void package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                 const std::filesystem::path& folder, const std::string& name);

// The same as the next version of `model`, which is returned. A run that is refused leaves no trace
// in the repository. Throws as ModelFolder::add, too.
int package_run(const RunDirectory& run, const Config& config, const Dataset& test,
                ModelFolder& model);

// All of the above into a new run directory at `path`, or into one that is resumed. Without a
// package unless may_be_packaged(gates): the caller shows what was measured, then calls
// require_packageable.
struct FinishedRun {
  RunDirectory run;
  std::vector<EpochRecord> history;
  Evaluation evaluation;
  std::vector<Gate> gates;
};
FinishedRun run_pipeline(const Config& config, const std::filesystem::path& path,
                         const RunOptions& options = {});

}  // namespace digits
