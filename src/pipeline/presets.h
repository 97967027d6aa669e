// The presets of configs/, as they were when the program was built.
#pragma once

#include <map>
#include <string>

namespace digits {

// Name -> TOML text.
const std::map<std::string, std::string>& presets();

}  // namespace digits
