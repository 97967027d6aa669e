// Trainings of the tiny set that are stopped on the way, and what they leave.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "integration/tiny_run.h"
#include "pipeline/config.h"

namespace digits {

// The tiny run, half as long, with many states, averaging too.
Config many_states();

// The newest training state of a run; empty when there is none.
std::string newest_state(const std::filesystem::path& run);

// Trains in a process of its own, which is killed after so many microseconds (if not 0); whether
// that came first.
bool train_until_killed(const Config& config, const std::filesystem::path& run, useconds_t moment);

// A trained run in `folder`/run, whose data are its own to change.
std::filesystem::path trained_run(const TemporaryDirectory& folder,
                                  const Config& with = many_states());

}  // namespace digits
