// The program inside this process, with other extras than those of the build.
#pragma once

#include "cli/extras.h"
#include "support/program.h"

namespace digits {

// Like call_digits. The extras stay registered until the next call.
ProcessResult call_digits_with(Extras extras, const std::vector<std::string>& arguments);

}  // namespace digits
