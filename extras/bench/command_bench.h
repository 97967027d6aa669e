// Runs `digits bench` and its commands for inference and comparison.
#pragma once

#include "cli/commands.h"

namespace digits {

int command_bench(const Arguments& arguments);
int command_bench_infer(const Arguments& arguments);
int command_bench_compare(const Arguments& arguments);

}  // namespace digits
