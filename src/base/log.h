// Logging to stderr by spdlog; results go to stdout and never through here.
#pragma once

#include <spdlog/spdlog.h>

namespace digits {

// Sets the default logger up: to stderr, coloured on a terminal, "[warning] text". `quiet` keeps
// warnings and errors only.
void start_logging(bool quiet);

}  // namespace digits
