// What decides a network's shape besides the data: plain values, for configuration and checkpoint.
// No Torch in this header.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"

namespace digits {

struct Architecture {
  // So many pixels are cut off on each side first: a frame that is empty anyway, see quiet_frame.
  std::int64_t crop = 0;
  // patch x patch neighbouring pixels become the channels of one before the first block: maps of a
  // patch^2-th of the size. 1: none.
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
