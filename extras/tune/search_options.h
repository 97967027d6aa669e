// The options that `digits tune` and `digits ablate` share.
#pragma once

#include <string>

#include "cli/options.h"
#include "pipeline/config.h"

namespace digits {

// --out, --json, and the options of a configuration.
void add_search_options(CommandOptions& options);

// The value of --name. Throws usage.option when it was not given; `value_name`
// ("FILE") is for the hint.
std::string required_text(const ParsedOptions& parsed, const std::string& name,
                          const std::string& value_name);

// The resolved base configuration, with this machine's threads. Throws as config_from.
Config base_config(const ParsedOptions& parsed);

}  // namespace digits
