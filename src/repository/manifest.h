// manifest.json: what a package says about itself. docs/schemas/manifest.schema.json has its form,
// docs/formats.md the meaning of each key.
#pragma once

#include <string>

#include "base/json.h"
#include "data/dataset.h"

namespace digits {

constexpr const char* kManifestSchema = "digits.manifest/2";

// The largest difference between a golden logit and what a device computes in float32: sums in
// another order differ by some 1e-6 relative to logits of about 10; a changed weight or constant
// shows in the first digits.
constexpr double kGoldenTolerance = 1e-4;

// The content of a manifest besides the program's own constants.
struct ManifestContent {
  std::string name;  // of the model: is_model_name
  Schema schema;
  Json network;          // how it is built: crop, patch, blocks; see model/architecture.h
  std::string libtorch;  // version that wrote model.pt: "1.13.0"
  Json metrics;          // accuracy, loss, per_class, undecided_gates
  Json lineage;          // data, configuration, seed, epoch, weights, versions
};

Json make_manifest(const ManifestContent& content);

// The document in `text`. Throws package.malformed, and package.schema when another version of
// digits wrote it.
Json parse_manifest(const std::string& text);

// Throws package.library when a later LibTorch, by major and minor version, wrote the package than
// the one at hand, `version`: LibTorch reads archives of its own and of earlier versions.
// package.malformed when the manifest does not say which.
void require_library(const Json& manifest, const std::string& version);

// By how much golden logits may differ: what the manifest says, and at most kGoldenTolerance, or a
// manifest could wave any model through. Throws package.malformed unless it is a positive number.
double golden_tolerance(const Json& manifest);

}  // namespace digits
