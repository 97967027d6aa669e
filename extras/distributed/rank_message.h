// Texts about other ranks: their errors, and the messages of LibTorch and Gloo.
#pragma once

#include <chrono>
#include <string>

#include "base/error.h"

namespace digits {

// An error of a rank as text, and as the error that the other ranks throw.
std::string format_error(const Error& error, int rank);
Error parse_error(const std::string& text);

// The text before the first line break: a backtrace may follow.
std::string first_line(const std::string& text);

// "30 s"
std::string in_seconds(std::chrono::milliseconds time);

}  // namespace digits
