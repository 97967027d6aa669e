// Starts a run: a new folder, or a stopped run that continues.
#pragma once

#include <filesystem>
#include <optional>

#include "pipeline/stages.h"

namespace digits {

// A run directory in use by this process.
struct StartedRun {
  RunDirectory run;
  Descriptor lock;
  Config config;  // the run's own
};

// Before the hours of training. Throws output.exists, input.missing for a gates file that does not
// exist, and config.gates for a malformed one. Writes no file.
void require_startable(const std::filesystem::path& path, const Config& asked);

// Creates the run's folder with its configuration, locked. Throws as RunDirectory::create.
StartedRun create_run(const std::filesystem::path& path, const Config& config);

// Opens a stopped run, locked, and removes its temporary files. It keeps its own configuration,
// except that config.data.source may name another place with the same data. Throws config.changed
// when `asked` differs in another key, input.missing, and output.busy while another process trains
// there.
StartedRun open_stopped_run(const std::filesystem::path& path, const Config& asked);

// validate: rejects sets with findings at the configured severity, logs the other findings, and
// returns the report. In a stopped run with a report, the sets are compared with it instead:
// returns nothing, and throws data.changed for other data.
std::optional<DataReport> validate_stage(const Sets& sets, const Config& config,
                                         const std::optional<StartedRun>& stopped);

// Writes gates, profile, and the report with the baselines' accuracies. The report is last: if it
// exists, gates and profile exist too.
void describe_data(const RunDirectory& run, const Sets& sets, const TrainingParts& parts,
                   const DataReport& report, const Config& config);

// Throws data.changed when `set` is not the run's own `part`, "train" or "test": results on another
// set would appear under its name.
void require_unchanged(const RunDirectory& run, const char* part, const Dataset& set);

// The test set of a run, as its configuration names it. A relative path starts at the working
// folder, which may differ from the run's. Throws input.missing when there is no such folder,
// data.changed when it holds another set, and as acquire_test.
Dataset test_of(const RunDirectory& run, const Config& config);

}  // namespace digits
