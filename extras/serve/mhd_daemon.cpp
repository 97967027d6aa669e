#include "serve/mhd_daemon.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace digits {

namespace {

// Model names need no escapes, and a decoded NUL would truncate a path.
std::size_t keep_escapes(void* /*cls*/, MHD_Connection* /*connection*/, char* text) {
  return std::strlen(text);
}

}  // namespace

MHD_Daemon* start_daemon(int threads, std::size_t connections, const DaemonCallbacks& callbacks) {
  constexpr std::size_t kConnectionMemory = 32U << 10U;  // headers, and pieces of a body
  const auto pool = static_cast<unsigned>(std::max(1, threads));
  // The library divides its limit among its threads, and drops connections beyond it unseen. It
  // allocates nothing for connections that are not open.
  const auto limit = pool * static_cast<unsigned>(connections);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg)
  MHD_Daemon* const daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET |
          MHD_USE_ITC,
      0, nullptr, nullptr, callbacks.on_access, callbacks.server, MHD_OPTION_THREAD_POOL_SIZE,
      pool > 1 ? pool : 0U, MHD_OPTION_CONNECTION_LIMIT, limit, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      kConnectionMemory, MHD_OPTION_CONNECTION_TIMEOUT, 0U, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, nullptr, MHD_OPTION_NOTIFY_CONNECTION,
      callbacks.on_connection, callbacks.server, MHD_OPTION_NOTIFY_COMPLETED,
      callbacks.on_completed, callbacks.server, MHD_OPTION_URI_LOG_CALLBACK,
      callbacks.on_first_line, callbacks.server, MHD_OPTION_END);
  if (daemon == nullptr) {
    throw Error("server.start",
                fmt::format("the HTTP library cannot start: {}", std::strerror(errno)),
                "raise the limits of threads and open files (ulimit -u, ulimit -n)");
  }
  return daemon;
}

}  // namespace digits
