// Extra: `digits serve`, a packaged model behind an address.
#pragma once

#include "cli/extras.h"

namespace digits {

void add_serve(Extras& extras);

}  // namespace digits
