// Defines the network's shape apart from the data, as plain values for configuration and
// checkpoint. No Torch in this header.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"

namespace digits {

struct Architecture {
  // Pixels to cut off on each side: a frame with almost no variance, see low_variance_frame.
  std::int64_t crop = 0;
  // Space-to-depth block size: patch x patch neighbouring pixels become the channels of one pixel
  // before the first block, and maps shrink by patch^2. 1: off.
  std::int64_t patch = 2;
  // Output channels of the convolutions, block by block.
  std::vector<std::vector<std::int64_t>> blocks{{16}, {32, 64}};
};

inline bool operator==(const Architecture& a, const Architecture& b) {
  return a.crop == b.crop && a.patch == b.patch && a.blocks == b.blocks;
}

inline void to_json(Json& json, const Architecture& architecture) {
  json = Json{
      {"crop", architecture.crop}, {"patch", architecture.patch}, {"blocks", architecture.blocks}};
}

inline void from_json(const Json& json, Architecture& architecture) {
  json.at("crop").get_to(architecture.crop);
  json.at("patch").get_to(architecture.patch);
  json.at("blocks").get_to(architecture.blocks);
}

}  // namespace digits
