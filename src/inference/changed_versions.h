// Finds libraries that have changed since a package was written.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace digits {

struct VersionChange {
  std::string library;  // "opencv"
  std::string before;   // "4.6.0"; empty if the package does not name the library
  std::string now;
};

// Compares two documents of versions() in the libraries that take part in a prediction: LibTorch,
// oneDNN, OpenCV, BLAS and zlib. A null document has no changes.
std::vector<VersionChange> changed_versions(const Json& before, const Json& now);

// "opencv 4.6.0, now 4.10.0; blas OpenBLAS, now MKL"
std::string to_string(const std::vector<VersionChange>& changes);

}  // namespace digits
