// A Python for the tests that show a package to one.
#pragma once

#include <string>
#include <vector>

namespace digits {

// A Python that has these modules: $PYTHON, where that is set, else `python3` or Debian's own.
// Empty when there is none. They are looked for, not imported: that would take torch a second.
std::string python_with(const std::vector<std::string>& modules);

}  // namespace digits
