// Divides a list among processes.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace digits {

// One of `count` contiguous parts.
struct Shard {
  std::size_t number = 1;  // 1 .. count
  std::size_t count = 1;
};

// "2/8": the second of eight. Throws usage.option for any other text.
Shard parse_shard(const std::string& text);

// The items [first, second) of `items` in the shard. Every item is in exactly one shard; sizes
// differ by at most one, and the larger parts come first.
std::pair<std::size_t, std::size_t> items_of(const Shard& shard, std::size_t items);

}  // namespace digits
