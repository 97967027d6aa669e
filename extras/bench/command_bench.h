// Runs `digits bench` and its two measurements.
#pragma once

#include "cli/commands.h"

namespace digits {

int command_bench(const Arguments& arguments);
int command_bench_infer(const Arguments& arguments);

}  // namespace digits
