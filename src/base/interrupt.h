// Ctrl-C, SIGTERM and SIGHUP, turned into a flag that long work asks for at safe points.
#pragma once

namespace digits {

// From now on they set the flag, and a second one ends the process; an ignored SIGHUP stays so.
void catch_interrupts();

bool interrupted() noexcept;

// Throws `interrupted`, naming the work that is left undone, once the flag is set.
void throw_if_interrupted(const char* work);

// Sets or clears the flag without a signal: for tests.
void set_interrupted(bool value) noexcept;

}  // namespace digits
