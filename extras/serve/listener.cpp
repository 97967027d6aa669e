#include "serve/listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace digits {

namespace {

constexpr int kBacklog = 4096;  // the system caps it: net.core.somaxconn

Error address_error(const std::string& host, int port, const char* why) {
  return {"usage.address",
          fmt::format("cannot listen on {} port {}: {}; expected a free address of this machine",
                      host, port, why),
          "--host 127.0.0.1 --port 0 chooses a free port"};
}

Descriptor listen_on(const addrinfo& address) {
  Descriptor listener(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (listener.get() < 0 || ::bind(listener.get(), address.ai_addr, address.ai_addrlen) != 0 ||
      ::listen(listener.get(), kBacklog) != 0) {
    return Descriptor(-1);
  }
  return listener;
}

// Whether a client waits, or poll cannot tell.
bool client_waits(const Descriptor& listener) {
  pollfd polled{listener.get(), POLLIN, 0};
  return ::poll(&polled, 1, 0) != 0;
}

}  // namespace

Descriptor listen_on(const std::string& host, int port) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto service = std::to_string(port);
  const int failed = ::getaddrinfo(host.c_str(), service.c_str(), &wanted, &found);
  if (failed != 0) throw address_error(host, port, ::gai_strerror(failed));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  int why = 0;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    auto listener = listen_on(*address);
    if (listener.get() >= 0) return listener;
    why = errno;
  }
  throw address_error(host, port, std::strerror(why));
}

ListenAddress address_of(const Descriptor& listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    const int port = ntohs(v6.sin6_port);
    return {fmt::format("http://[{}]:{}", text, port), port,
            IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) != 0};
  }
  const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
  ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
  const int port = ntohs(v4.sin_port);
  return {fmt::format("http://{}:{}", text, port), port, (ntohl(v4.sin_addr.s_addr) >> 24U) == 127};
}

bool accept_clients(
    const Descriptor& listener, std::size_t& room,
    const std::function<void(int fd, const sockaddr* address, socklen_t size)>& take) {
  for (; room > 0; --room) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const where = reinterpret_cast<sockaddr*>(&address);
    const int fd = ::accept4(listener.get(), where, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == ECONNABORTED || errno == EINTR)) continue;  // the client has left again
    // Without a free descriptor the system refuses before it looks for a client.
    if (fd < 0) return errno == EAGAIN || !client_waits(listener);
    take(fd, where, size);
  }
  return true;
}

}  // namespace digits
