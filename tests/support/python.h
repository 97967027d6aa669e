// A Python interpreter for tests of packages in Python.
#pragma once

#include <string>
#include <vector>

namespace digits {

// A Python that has these modules: $PYTHON if it is set, else `python3` or Debian's own. Empty when
// there is none. The modules are searched, not imported, since importing torch takes a second.
std::string python_with(const std::vector<std::string>& modules);

}  // namespace digits
