// Adds `digits serve` and `digits shadow-report`: a packaged model behind an HTTP address.
#pragma once

#include "cli/extras.h"

namespace digits {

void add_serve(Extras& extras);

}  // namespace digits
