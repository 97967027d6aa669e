#include "distributed/address.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <memory>

#include "base/descriptor.h"
#include "base/error.h"
#include "distributed/rank_message.h"
#include "distributed/timing.h"

namespace digits {

namespace {

using std::chrono::milliseconds;

// A socket of `type`, connected with the host; -1 if that is not possible. A connection of UDP
// sends nothing: it only chooses the route.
Descriptor connected_socket(const std::string& host, int port, int type, milliseconds timeout) {
  addrinfo hints{};
  hints.ai_socktype = type;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return Descriptor(-1);
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, ::freeaddrinfo);
  const timeval limit{std::chrono::ceil<std::chrono::seconds>(timeout).count(), {}};
  for (const auto* one = all.get(); one != nullptr; one = one->ai_next) {
    Descriptor socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, 0));
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);  // of connect
    if (::connect(socket.get(), one->ai_addr, one->ai_addrlen) == 0) return socket;
  }
  return Descriptor(-1);
}

// The address that the system call gives for the socket; empty if it fails.
std::string address_by(int (*call)(int, sockaddr*, socklen_t*), const Descriptor& socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  std::array<char, NI_MAXHOST> text{};
  if (call(socket.get(), address, &size) != 0 ||
      ::getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    return {};
  }
  return text.data();
}

Error unreachable(const std::string& host, int port, const std::string& seen) {
  return {"distributed.unreachable",
          fmt::format("{}:{}: {}, expected the store of rank 0", host, port, seen),
          "check MASTER_ADDR and MASTER_PORT, and that rank 0 is running"};
}

}  // namespace

Route route_to(const std::string& host, int port) {
  const auto socket = connected_socket(host, port, SOCK_DGRAM, milliseconds(1000));
  Route route{address_by(::getsockname, socket), address_by(::getpeername, socket)};
  if (route.other.empty()) throw unreachable(host, port, "no route");
  return route;
}

bool is_loopback(const std::string& address) {
  return address == "::1" || address.rfind("127.", 0) == 0 || address.rfind("::ffff:127.", 0) == 0;
}

std::string address_for_others(const Route& route, const std::string& known) {
  return is_loopback(route.own) && !known.empty() ? known : route.own;
}

void wait_for_port(const std::string& host, int port, milliseconds timeout) {
  const auto listens = [&] {
    return connected_socket(host, port, SOCK_STREAM, timeout).get() != -1;
  };
  if (wait_until(listens, timeout, "the start: rank 0 is missing")) return;
  throw unreachable(host, port, "nothing listens after " + in_seconds(timeout));
}

}  // namespace digits
