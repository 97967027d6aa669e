// A package of a few hundred bytes that needs no Torch: the manifest is real, and the other files
// are words.
#pragma once

#include <filesystem>
#include <string>

#include "base/files.h"
#include "base/statistics.h"
#include "repository/manifest.h"
#include "repository/package_files.h"

namespace digits {

inline Schema sample_schema() { return {28, 28, 1, {"0", "1"}}; }

// Of a model that was right in 9 of 10 images, trained with this seed.
inline Json sample_manifest(int seed = 7) {
  ManifestContent content;
  content.name = "sample";
  content.schema = sample_schema();
  content.network = Json{{"crop", 0}, {"patch", 2}, {"blocks", {{16}, {32, 64}}}};
  content.libtorch = "1.13.0";
  content.metrics = Json{{"accuracy", proportion(9, 10)}, {"loss", 0.25}};
  content.lineage =
      Json{{"data", "data/sample"}, {"seed", seed}, {"versions", {{"revision", "abc1234"}}}};
  return make_manifest(content);
}

inline PackageFiles sample_files(int seed = 7) {
  return {{kModelFile, "a model"}, {kWeightsFile, "weights"},
          {kGoldenFile, "golden"}, {kProfileFile, "{}"},
          {kCardFile, "# card"},   {kManifestFile, to_text(sample_manifest(seed), 2)}};
}

// The package in a new folder. It is not synced, since these tests have no power failure.
inline void write_sample(const std::filesystem::path& folder, int seed = 7) {
  make_directories(folder);
  write_files(folder, sample_files(seed));
}

}  // namespace digits
