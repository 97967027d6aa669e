// What decides a network's shape besides the data: plain values, for configuration and checkpoint.
// No Torch in this header.
#pragma once

#include <cstdint>
#include <vector>

#include "base/json.h"

namespace digits {

struct Architecture {
  // Output channels of the blocks.
  std::vector<std::int64_t> widths{16, 32, 32};
  // Convolutions per block.
  std::int64_t depth = 1;
  // patch x patch neighbouring pixels become the channels of one before the first block: maps of a
  // patch^2-th of the size. 1: none.
  std::int64_t patch = 2;
};

inline bool operator==(const Architecture& a, const Architecture& b) {
  return a.widths == b.widths && a.depth == b.depth && a.patch == b.patch;
}

inline void to_json(Json& json, const Architecture& architecture) {
  json = Json{{"widths", architecture.widths},
              {"depth", architecture.depth},
              {"patch", architecture.patch}};
}

inline void from_json(const Json& json, Architecture& architecture) {
  json.at("widths").get_to(architecture.widths);
  json.at("depth").get_to(architecture.depth);
  json.at("patch").get_to(architecture.patch);
}

}  // namespace digits
