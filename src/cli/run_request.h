// Turns the options of a command into the run or package that it works on.
#pragma once

#include <filesystem>

#include "base/error.h"
#include "cli/options.h"
#include "pipeline/pipeline.h"

namespace digits {

// Preset, then --config, then the flags: the later one wins. `base` is used when no preset is
// named. Reads only options that the command has.
Config config_from(const ParsedOptions& parsed, const Config& base);

// The package that --model names: a package's folder, a run's package, or the current version of a
// repository's model. Throws usage.option without --model, and package.missing for a run that has
// no package.
std::filesystem::path package_of(const ParsedOptions& parsed);

// The run that a command works on, and its options.
struct RunRequest {
  Config config;               // resolved
  std::filesystem::path path;  // --out, or a new folder under runs/, or --resume
  RunOptions options;
};

// Uses kDefaultPreset when no preset is named, and the run's own configuration for a resumed run.
// Throws usage.option for both --out and --resume.
RunRequest run_request(const ParsedOptions& parsed);

// The same error; for an interrupt after the run has started, the hint becomes the command that
// continues it.
Error resumable(const Error& error, const RunRequest& request);

// Makes or resumes the run. Throws as run_pipeline, with resumable errors.
FinishedRun run_pipeline(const RunRequest& request);

}  // namespace digits
