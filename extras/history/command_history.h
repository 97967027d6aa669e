// Runs `digits history`: lists the evaluated runs of a folder over time.
#pragma once

#include "cli/commands.h"

namespace digits {

int command_history(const Arguments& arguments);

}  // namespace digits
