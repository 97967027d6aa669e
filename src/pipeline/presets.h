// Holds the presets and gates of configs/, embedded at build time.
#pragma once

#include <map>
#include <string>

namespace digits {

// Name -> TOML text.
const std::map<std::string, std::string>& presets();

// The TOML text of configs/gates.toml.
const std::string& default_gates();

}  // namespace digits
