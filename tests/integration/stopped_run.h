// Trainings of the tiny set that are stopped before their end, and the files that remain.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "integration/tiny_run.h"
#include "pipeline/config.h"

namespace digits {

// The tiny run, half as long, with many states, averaging too.
Config many_states();

// The newest training state of a run. Empty when there is none.
std::string newest_state(const std::filesystem::path& run);

// Trains in another process, which is killed after the given number of microseconds (0: not
// killed). Returns whether it was killed before its end.
bool train_until_killed(const Config& config, const std::filesystem::path& run, useconds_t moment);

// A trained run in `folder`/run with its own copy of the data, which may be changed.
std::filesystem::path trained_run(const TemporaryDirectory& folder,
                                  const Config& with = many_states());

}  // namespace digits
