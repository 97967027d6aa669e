// Turns Ctrl-C, SIGTERM and SIGHUP into a flag that long work checks at safe points.
#pragma once

namespace digits {

// Installs the handlers: the first signal sets the flag, the same signal again ends the process; an
// ignored SIGHUP stays ignored.
void catch_interrupts();

bool interrupted() noexcept;

// Throws `interrupted`, naming the unfinished work; the second one only once the flag is set.
[[noreturn]] void throw_interrupted(const char* work);
void throw_if_interrupted(const char* work);

// Sets or clears the flag without a signal: for tests.
void set_interrupted(bool value) noexcept;

}  // namespace digits
