// A Python for the tests that show a package to one.
#pragma once

#include <string>

namespace digits {

// A Python that can import `modules` ("torch, PIL"): $PYTHON, where that is set, else `python3` or
// Debian's own. Empty when there is none.
std::string python_with(const std::string& modules);

}  // namespace digits
