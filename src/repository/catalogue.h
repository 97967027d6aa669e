// Summarises the models of a repository, for `digits models`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"
#include "repository/model_folder.h"

namespace digits {

// The fields of a manifest that differ between versions.
struct VersionFacts {
  Quantity accuracy;  // on the test set
  std::string data;   // the training set, as the person named it
  std::int64_t seed = 0;
  std::string revision;  // of digits
  std::string libtorch;
};

struct VersionSummary {
  int version = 0;
  std::string written;                // UTC; empty without SHA256SUMS
  std::optional<VersionFacts> facts;  // none when a file is damaged:
  std::string damage;                 // "package.hash: ..."
};

struct ModelSummary {
  std::string name;
  std::optional<int> current;   // none when current.json is damaged:
  std::string damage;           // "repository.malformed: ..."
  std::optional<int> previous;  // the target of a rollback
  std::vector<VersionSummary> versions;
};

// One model; every version is compared with its sums. A damaged version, or current.json, is marked
// as damaged; the other versions are listed too.
ModelSummary summarise(const ModelFolder& model);

// The same as documents: `versions` with the fields of `facts`, or `damage`; `damage` also replaces
// `current` and `previous`.
void to_json(Json& json, const VersionSummary& summary);
void to_json(Json& json, const ModelSummary& summary);

}  // namespace digits
