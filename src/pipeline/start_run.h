// How a run begins: a new folder, or a stopped run that goes on.
#pragma once

#include <filesystem>
#include <optional>

#include "pipeline/stages.h"

namespace digits {

// A run directory that this process works on.
struct StartedRun {
  RunDirectory run;
  Descriptor lock;
  Config config;  // the run's own
};

// Throws output.exists and gate.* before the hours of training, not after them. Writes nothing.
void require_startable(const std::filesystem::path& path, const Config& asked);

// Creates the run's folder with its configuration, locked. Throws as RunDirectory::create.
StartedRun create_run(const std::filesystem::path& path, const Config& config);

// Opens a stopped run, locked, without the temporary files that it left. It keeps its own
// configuration, except that config.data.source may name another place with the same data. Throws
// config.changed when `asked` differs in anything else, input.missing, and output.busy while
// another process trains there.
StartedRun open_stopped_run(const std::filesystem::path& path, const Config& asked);

// validate: rejects sets that the configuration does not accept, logs the other findings, and
// returns the report. A stopped run that has a report is compared with it instead: nothing is
// returned, and data.changed is thrown for other data.
std::optional<DataReport> validate_stage(const Sets& sets, const Config& config,
                                         const std::optional<StartedRun>& stopped);

// Writes gates, profile, and the report with the baselines' accuracies. The report is last: where
// there is one, gates and profile are there.
void describe_data(const RunDirectory& run, const Sets& sets, const TrainingParts& parts,
                   const DataReport& report, const Config& config);

// Throws data.changed when `test` is not the set that the run has seen.
void require_unchanged_test(const RunDirectory& run, const Dataset& test);

// The test set of a run, as its configuration names it. A relative path is taken from the working
// folder, which need not be the one where the run was made. Throws input.missing when there is no
// such folder, data.changed when it holds another set, and as acquire_test.
Dataset test_of(const RunDirectory& run, const Config& config);

// The test part of another set, which `config` names, with the run's classes. Throws as
// acquire_test.
Dataset other_test(const RunDirectory& run, const Config& config);

}  // namespace digits
