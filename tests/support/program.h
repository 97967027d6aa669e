// The program, run on committed data: as a process of its own, or inside this one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/process.h"

namespace digits {

// The built program, the source folder or what lies at `name` below it, and the build folder.
std::string program_path();
std::string source_path(const std::string& name = "");
std::string build_path();

// `digits` with these arguments, from the source folder (where data/fixtures lies).
ProcessResult run_digits(const std::vector<std::string>& arguments, ProcessOptions options = {});

// The same by a call of what main calls: half a second cheaper, as no libraries are loaded.
ProcessResult call_digits(const std::vector<std::string>& arguments);

// The same in a process of its own. A fork is cheaper than a program by LibTorch's half second; but
// a process that has trained cannot fork into one that trains (LibTorch 2), so whoever uses these
// must not train, or predict, in the process that runs the tests.
ProcessResult fork_digits(const std::vector<std::string>& arguments);

// Forks, and sends the signal once `when` says so; its exit status, 128 + signal when it was
// killed.
int fork_and_signal(const std::vector<std::string>& arguments, int signal,
                    const std::function<bool()>& when);

}  // namespace digits
