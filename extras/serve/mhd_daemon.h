// Starts libmicrohttpd, with the options of this server.
#pragma once

#include <microhttpd.h>

#include <cstddef>

namespace digits {

// The functions that the library calls; `server` is their first argument.
struct DaemonCallbacks {
  void* server;
  MHD_AccessHandlerCallback on_access;
  MHD_NotifyConnectionCallback on_connection;
  MHD_RequestCompletedCallback on_completed;
  void* (*on_first_line)(void* server, const char* uri, MHD_Connection* connection);
};

// A daemon that accepts no clients by itself, with this number of threads; each of them takes any
// number of connections up to `connections`. Throws server.start.
MHD_Daemon* start_daemon(int threads, std::size_t connections, const DaemonCallbacks& callbacks);

}  // namespace digits
