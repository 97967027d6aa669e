// Writes a package's README.md: a model card (Mitchell et al., "Model Cards for Model Reporting",
// 2019) with the front matter of the Hugging Face Hub.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace digits {

// The card of the package with this manifest and these `files` (names). Metrics and lineage that
// the manifest lacks are left out. Throws package.malformed when its schema is missing.
std::string model_card(const Json& manifest, const std::vector<std::string>& files);

}  // namespace digits
