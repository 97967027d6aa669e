// Finds hosts and their addresses.
#pragma once

#include <chrono>
#include <string>

namespace digits {

// The ends of the way from this host to another one, as numeric addresses.
struct Route {
  std::string own;
  std::string other;
};

// Throws distributed.unreachable.
Route route_to(const std::string& host, int port);

// Whether only this host reaches the numeric address: "127.0.1.1", "::1".
bool is_loopback(const std::string& address);

// This host's address for the other ranks, from its route to rank 0's host. A host's own name often
// stands for a loopback address in its /etc/hosts: then it is `known`, the address by which another
// host reaches rank 0, if there is one.
std::string address_for_others(const Route& route, const std::string& known);

// Waits until a program listens on the port, at most `timeout`. Throws distributed.unreachable, and
// `interrupted`.
void wait_for_port(const std::string& host, int port, std::chrono::milliseconds timeout);

}  // namespace digits
