// Defines the network's shape apart from the data, as plain values for configuration and
// checkpoint, and the shape of a layer. No Torch in this header.
#pragma once

#include <cstdint>
#include <string>
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

// A 3x3 convolution, or a linear layer when rows is 0.
struct LayerShape {
  std::string name;         // "conv0", "head": as in the network
  std::int64_t inputs = 0;  // channels, or values of a linear layer
  std::int64_t outputs = 0;
  std::int64_t rows = 0;  // of the maps that a convolution reads and writes
  std::int64_t cols = 0;
  bool pools = false;  // 2x2 max pooling follows
};

}  // namespace digits
