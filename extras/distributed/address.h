// Finds hosts and their addresses.
#pragma once

#include <chrono>
#include <string>

namespace digits {

// This host's address on the way to `host`: the one that other hosts can reach. Throws
// distributed.unreachable.
std::string address_towards(const std::string& host, int port);

// Waits until a program listens on the port, at most `timeout`. Throws distributed.unreachable, and
// `interrupted`.
void wait_for_port(const std::string& host, int port, std::chrono::milliseconds timeout);

}  // namespace digits
