// Holds the entries that the folders of extras/ add: a list for each type.
#pragma once

#include <vector>

namespace digits {

// The program's list of this type, empty until it is set. Not thread-safe: set it before its first
// use.
template <typename Entry>
std::vector<Entry>& registered() {
  static std::vector<Entry> entries;
  return entries;
}

}  // namespace digits
