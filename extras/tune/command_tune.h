// Runs `digits tune`: searches for better hyper-parameters.
#pragma once

#include "cli/commands.h"

namespace digits {

int command_tune(const Arguments& arguments);

}  // namespace digits
