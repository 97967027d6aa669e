// Finds the nearest name to a mistyped one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace digits {

// The number of letters to insert, remove, replace or swap with a neighbour to turn `a` into `b`.
std::size_t edit_distance(const std::string& a, const std::string& b);

// The name that starts with `word`, or else the nearest one, the first on a tie; nothing when the
// distance is above one and above a third of the word's length.
std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& names);

}  // namespace digits
