// Lists the versions of the program and its libraries, for --version and a package's lineage, and
// compares them with those of a package.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace digits {

// {"digits": "0.1.0", "revision": ..., "libtorch": ..., "opencv": ..., "blas": ..., "device": ...,
//  "cpu_features": [...]}
Json versions();

// The libraries that take part in a prediction and are not as in `before`, an earlier versions():
// "opencv 4.6.0, now 4.10.0". A null document has no changes.
std::vector<std::string> changed_versions(const Json& before);

}  // namespace digits
