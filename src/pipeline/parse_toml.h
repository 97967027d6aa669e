// Parses TOML, and reports mistakes as Errors.
#pragma once

#include <toml++/toml.h>

#include <string>

namespace digits {

// Throws config.syntax, naming the line; `name` is for messages.
toml::table parse_toml(const std::string& text, const std::string& name);

}  // namespace digits
