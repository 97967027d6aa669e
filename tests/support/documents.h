// The documents of the tree.
#pragma once

#include <filesystem>
#include <vector>

namespace digits {

// The paths of all documents that readers follow, relative to the source folder: the README files
// and the pages of docs/.
std::vector<std::filesystem::path> documents();

}  // namespace digits
