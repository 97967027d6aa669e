// Runs a program as a user or a script does.
#pragma once

#include <csignal>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace digits {

struct ProcessResult {
  int status = -1;  // exit status; 128 + signal when it was killed
  std::string out;
  std::string err;
};

struct ProcessOptions {
  std::string directory;                           // working directory; empty: this one
  std::map<std::string, std::string> environment;  // added to this process's
  std::string stdout_path;                         // instead of capturing: "/dev/full"
  long file_size_limit = -1;                       // bytes that it may write into one file
  std::function<bool()> interrupt_when;            // polled; when true, `signal` is sent, once
  int signal = SIGINT;                             // as Ctrl-C does
  std::function<void()> after_signal;              // called once, when it has been sent
};

// Runs argv[0] (found by PATH) with its arguments and without standard input until it ends.
ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options = {});

// Writes a shell script that can be run as a program.
void write_program(const std::string& path, const std::string& shell);

}  // namespace digits
