// Runs `digits ablate`: measures the worth of each augmentation, channel or setting.
#pragma once

#include "cli/commands.h"

namespace digits {

int command_ablate(const Arguments& arguments);

}  // namespace digits
