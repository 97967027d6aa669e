// `digits serve` as a process of its own.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/testing.h"

namespace digits {

class ServerProcess {
 public:
  // Starts the server on a free port, and returns when it is ready.
  explicit ServerProcess(std::vector<std::string> arguments);
  ~ServerProcess();  // by SIGKILL, if it still runs
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  int port() const { return port_; }  // 0: it ended instead
  void signal(int number) const;
  int wait();  // its exit status; 128 + signal when it was killed

  std::string out() const;  // so far
  std::string err() const;

 private:
  TemporaryDirectory folder_;
  pid_t pid_ = 0;
  int port_ = 0;
};

}  // namespace digits
