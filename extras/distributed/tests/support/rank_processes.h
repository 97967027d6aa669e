// Processes that train together over loopback.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "distributed/launch_place.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {

// A socket that holds a port of loopback, without listening; the kernel chooses a free one.
struct BoundSocket {
  Descriptor socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  int port = 0;
  BoundSocket() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(socket.get(), any, size), 0);
    ::getsockname(socket.get(), any, &size);
    port = ntohs(address.sin_port);
  }
};

struct Listener : BoundSocket {
  Listener() { EXPECT_EQ(::listen(socket.get(), 1), 0); }
};

inline int free_port() { return BoundSocket().port; }

inline LaunchPlace place_of(int rank, int ranks, int port) {
  LaunchPlace place;
  place.rank = rank;
  place.ranks = ranks;
  place.host = "127.0.0.1";
  place.port = port;
  return place;
}

// The variables of a launcher.
inline std::map<std::string, std::string> variables(int rank, int ranks, int port) {
  return {{"RANK", std::to_string(rank)},
          {"WORLD_SIZE", std::to_string(ranks)},
          {"LOCAL_RANK", std::to_string(rank)},
          {"MASTER_ADDR", "127.0.0.1"},
          {"MASTER_PORT", std::to_string(port)}};
}

// `digits` as processes that train together; the last one is killed when `kill_when` returns true.
inline std::vector<ProcessResult> run_processes(int ranks,
                                                const std::vector<std::string>& arguments,
                                                const std::function<bool()>& kill_when = {}) {
  const int port = free_port();
  std::vector<ProcessResult> results(static_cast<std::size_t>(ranks));
  std::vector<std::thread> threads;
  for (int rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      ProcessOptions options;
      options.environment = variables(rank, ranks, port);
      if (rank == ranks - 1) options.interrupt_when = kill_when;
      options.signal = SIGKILL;
      results[static_cast<std::size_t>(rank)] = run_digits(arguments, options);
    });
  }
  for (auto& thread : threads) thread.join();
  return results;
}

}  // namespace digits
