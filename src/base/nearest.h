// Finds the nearest name to a mistyped one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace digits {

// The letters to insert, to remove, to replace or to swap with a neighbour until `a` is `b`.
std::size_t edit_distance(const std::string& a, const std::string& b);

// The name that `word` begins, or else the one at the smallest distance, the first of several;
// nothing when that distance is more than a third of the word's length, and more than one.
std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& names);

}  // namespace digits
