// The models of a repository, for `digits models`.
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

// The part of a manifest that differs between versions.
struct VersionFacts {
  Quantity accuracy;  // on the test set
  std::string data;   // that it was trained on, as it was named
  std::int64_t seed = 0;
  std::string revision;  // of digits
  std::string libtorch;
};

struct VersionSummary {
  int version = 0;
  std::string written;                // UTC; empty without SHA256SUMS
  std::optional<VersionFacts> facts;  // none when the files are not whole:
  std::string damage;                 // "package.hash: ..."
};

struct ModelSummary {
  std::string name;
  std::optional<int> current;   // none when current.json is not whole:
  std::string damage;           // "repository.malformed: ..."
  std::optional<int> previous;  // where a rollback would go
  std::vector<VersionSummary> versions;
};

// One model, every version of it compared with its sums. A damaged version, or current.json, is
// marked as damaged; the others are listed all the same.
ModelSummary summarise(const ModelFolder& model);

// The same as documents: `versions` with `facts` spread out, or `damage`; `damage` also in place of
// `current` and `previous`.
void to_json(Json& json, const VersionSummary& summary);
void to_json(Json& json, const ModelSummary& summary);

}  // namespace digits
