#include "pipeline/parse_toml.h"

#include <fmt/format.h>

#include "base/error.h"

namespace digits {

toml::table parse_toml(const std::string& text, const std::string& name) {
  try {
    return toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    throw Error(
        "config.syntax",
        fmt::format("{}, line {}: {}", name, error.source().begin.line, error.description()),
        "the file must be TOML");
  }
}

std::string toml_fraction(double value) {
  const auto text = fmt::format("{}", value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

}  // namespace digits
