#include "support/process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/files.h"
#include "support/testing.h"

namespace digits {

namespace {

void redirect(const std::string& path, int flags, int target) {
  const int fd = ::open(path.c_str(), flags, 0600);
  if (fd < 0 || ::dup2(fd, target) < 0) ::_exit(126);
}

[[noreturn]] void become(const std::vector<std::string>& argv, const ProcessOptions& options,
                         const std::string& out, const std::string& err) {
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect(out, O_WRONLY | O_CREAT, STDOUT_FILENO);
  redirect(err, O_WRONLY | O_CREAT, STDERR_FILENO);
  if (!options.directory.empty() && ::chdir(options.directory.c_str()) != 0) ::_exit(126);
  for (const auto& [name, value] : options.environment) {
    ::setenv(name.c_str(), value.c_str(), 1);
  }
  if (options.file_size_limit >= 0) {
    const auto limit = static_cast<rlim_t>(options.file_size_limit);
    const rlimit limits{limit, limit};
    ::setrlimit(RLIMIT_FSIZE, &limits);
    ::signal(SIGXFSZ, SIG_IGN);  // so that write() fails instead
  }
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  ::_exit(127);
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  const TemporaryDirectory captured;
  const auto err = (captured / "err").string();
  const auto out = options.stdout_path.empty() ? (captured / "out").string() : options.stdout_path;
  const pid_t child = ::fork();
  if (child == 0) become(argv, options, out, err);
  int status = 0;
  bool interrupt = static_cast<bool>(options.interrupt_when);
  while (::waitpid(child, &status, interrupt ? WNOHANG : 0) <= 0) {
    if (interrupt && options.interrupt_when()) {
      ::kill(child, options.signal);
      if (options.after_signal) options.after_signal();
      interrupt = false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(interrupt ? 5 : 0));
  }
  ProcessResult result;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (options.stdout_path.empty()) result.out = read_file(out);
  result.err = read_file(err);
  return result;
}

void write_program(const std::string& path, const std::string& shell) {
  write_file(path, "#!/bin/sh\n" + shell);
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

}  // namespace digits
