#include "tune/search_options.h"

#include <fmt/format.h>

#include "base/error.h"
#include "cli/run_request.h"
#include "pipeline/stages.h"

namespace digits {

void add_search_options(CommandOptions& options) {
  options.text("out", "folder of the trials; an existing one of the same search continues",
               "FOLDER");
  options.add_config();
  options.add_training();
  options.add_json();
}

std::string required_text(const ParsedOptions& parsed, const std::string& name,
                          const std::string& value_name) {
  if (parsed.has(name)) return parsed.text(name);
  throw Error("usage.option", fmt::format("no --{} given, expected one", name),
              fmt::format("add --{} {}", name, value_name));
}

Config base_config(const ParsedOptions& parsed) {
  return resolve(config_from(parsed, preset_config(kDefaultPreset)));
}

}  // namespace digits
