// Opens the socket that a server listens on, and accepts clients from it.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <functional>
#include <string>

#include "base/descriptor.h"

namespace digits {

// A non-blocking socket that listens on an address or a host's name; port 0 chooses a free one.
// Throws usage.address when this machine has no such address, or it is in use.
Descriptor listen_on(const std::string& host, int port);

// The address of a listening socket.
struct ListenAddress {
  std::string url;  // "http://127.0.0.1:8080", "http://[::1]:8080"
  int port = 0;
  bool loopback = false;  // only programs on this machine reach it: 127.0.0.0/8 and ::1
};
ListenAddress address_of(const Descriptor& listener);

// Gives each waiting client to `take`, which owns its descriptor, while there is room; `room` falls
// by one for each. Returns false when a client waits that cannot be accepted now: no descriptor is
// free.
bool accept_clients(
    const Descriptor& listener, std::size_t& room,
    const std::function<void(int fd, const sockaddr* address, socklen_t size)>& take);

}  // namespace digits
