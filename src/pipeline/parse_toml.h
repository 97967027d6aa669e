// Parses TOML, and reports mistakes as Errors.
#pragma once

#include <toml++/toml.h>

#include <string>

namespace digits {

// Throws config.syntax, naming the line; `name` is for messages.
toml::table parse_toml(const std::string& text, const std::string& name);

// The shortest TOML text of a fraction that reads back equal: "0.02", "15.0".
std::string toml_fraction(double value);

}  // namespace digits
