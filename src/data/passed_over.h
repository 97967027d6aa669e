// What lies in a set's folder and is not read.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/finding.h"

namespace digits {

// Findings with code data.passed_over about `paths`, each below `root`, a folder standing for the
// files in it; counted by suffix, and the first ones named:
//   warning  pictures of other formats than PNG and JPEG
//   warning  PNG and JPEG pictures, which lie in no class folder or too deep in one
//   note     other files
std::vector<Finding> passed_over_findings(const std::filesystem::path& root,
                                          const std::vector<std::filesystem::path>& paths);

// The messages of the warnings among them, for an error that a set has no images: "; " before each.
std::string passed_over_text(const std::vector<Finding>& findings);

}  // namespace digits
