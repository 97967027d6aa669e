// Logs to stderr through spdlog; results go to stdout instead.
#pragma once

#include <string>

namespace digits {

// To stderr, coloured on a terminal: "[warning] text", printable and on one line.
void start_logging();

void log_info(const std::string& text);
void log_warning(const std::string& text);

}  // namespace digits
