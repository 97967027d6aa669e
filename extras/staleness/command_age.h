// The command `digits age`.
#pragma once

#include "cli/options.h"

namespace digits {

int command_age(const Arguments& arguments);

}  // namespace digits
