// What this program is made of: for --version and for the lineage of a package.
#pragma once

#include "base/json.h"

namespace digits {

// {"digits": "0.1.0", "revision": ..., "libtorch": ..., "opencv": ..., "blas": ..., "device": ...,
//  "cpu_features": [...]}
Json versions();

}  // namespace digits
