// The program, run on committed data: as a process of its own, or inside this one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/process.h"

namespace digits {

// Paths of the built program, of the source folder or of `name` in it, and of the build folder.
std::string program_path();
std::string source_path(const std::string& name = "");
std::string build_path();

// `digits` with these arguments, from the source folder (where data/fixtures lies).
ProcessResult run_digits(const std::vector<std::string>& arguments, ProcessOptions options = {});

// The same by a call of main's function: half a second faster, since no libraries are loaded.
ProcessResult call_digits(const std::vector<std::string>& arguments);

// The same in a forked process. A fork is faster than a program by LibTorch's half second. A
// process that has trained cannot fork into one that trains (LibTorch 2), so tests that use these
// functions must not train or predict in the test process.
ProcessResult fork_digits(const std::vector<std::string>& arguments);

// Forks, and sends the signal once `when` returns true. Returns the exit status, or 128 + signal
// when the process was killed.
int fork_and_signal(const std::vector<std::string>& arguments, int signal,
                    const std::function<bool()>& when);

}  // namespace digits
