// Writes and checks manifest.json, a package's description. docs/schemas/manifest.schema.json
// specifies its form, docs/formats.md the meaning of each key.
#pragma once

#include <string>

#include "base/json.h"
#include "data/dataset.h"

namespace digits {

constexpr const char* kManifestSchema = "digits.manifest/2";

// The largest difference between a golden logit and a float32 result on a device: sums in another
// order differ by some 1e-6 relative to logits of about 10; a changed weight or constant changes
// the first digits.
constexpr double kGoldenTolerance = 1e-4;

// The content of a manifest, without the program's own constants.
struct ManifestContent {
  std::string name;  // of the model, see is_model_name
  Schema schema;
  Json network;          // its shape: crop, patch, blocks; see model/architecture.h
  std::string libtorch;  // version that wrote model.pt: "1.13.0"
  Json metrics;          // accuracy, loss, per_class, undecided_gates
  Json lineage;          // data, configuration, seed, epoch, weights, versions
};

Json make_manifest(const ManifestContent& content);

// The document in `text`. Throws package.malformed, and package.schema when another version of
// digits wrote it.
Json parse_manifest(const std::string& text);

// Throws package.library when the LibTorch that wrote the package is later, by major and minor
// version, than `version`, the one in use: LibTorch reads archives of its own and of earlier
// versions. Throws package.malformed when the manifest does not name the version.
void require_library(const Json& manifest, const std::string& version);

// The tolerance for golden logits: the manifest's value, and at most kGoldenTolerance, so that a
// manifest cannot disable the check. Throws package.malformed unless it is a positive number.
double golden_tolerance(const Json& manifest);

}  // namespace digits
