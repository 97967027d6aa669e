// The program inside this process, with other extras than those of the build.
#pragma once

#include "cli/extras.h"
#include "support/program.h"

namespace digits {

// Registers the extras of this build, for tests that call the library without the command line.
void register_all_extras();

// Like call_digits, with these extras. Afterwards those of the build are registered again.
ProcessResult call_digits_with(Extras extras, const std::vector<std::string>& arguments);

}  // namespace digits
