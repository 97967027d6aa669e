// Reports the files in a set's folder that are not read.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/finding.h"

namespace digits {

// Findings with code data.passed_over about `paths`, each below `root`; a folder stands for the
// files in it. Files are counted by suffix, and the first ones named:
//   warning  pictures of other formats than PNG and JPEG
//   warning  PNG and JPEG pictures that lie in no class folder, or too deep in one
//   note     other files
std::vector<Finding> passed_over_findings(const std::filesystem::path& root,
                                          const std::vector<std::filesystem::path>& paths);

// The messages of the warnings among them, for the error about a set without images; each starts
// with "; ".
std::string passed_over_text(const std::vector<Finding>& findings);

}  // namespace digits
