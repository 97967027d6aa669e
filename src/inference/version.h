// Lists the versions of the program and its libraries, for --version and a package's lineage.
#pragma once

#include "base/json.h"

namespace digits {

// {"digits": "0.1.0", "revision": ..., "libtorch": ..., "opencv": ..., "blas": ..., "device": ...,
//  "cpu_features": [...]}
Json versions();

}  // namespace digits
