#include "integration/call_digits.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "base/files.h"
#include "base/registry.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {

namespace {

// Redirects a standard stream into a file while the object exists. It uses the descriptor's number,
// since the stream that CapturedStderr sets as stderr has no descriptor of its own.
class Redirection {
 public:
  Redirection(int descriptor, const std::string& path)
      : descriptor_(descriptor), saved_(::dup(descriptor)) {
    std::fflush(nullptr);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, descriptor_);
    ::close(file);
  }
  ~Redirection() {
    std::fflush(nullptr);
    ::dup2(saved_, descriptor_);
    ::close(saved_);
  }
  Redirection(const Redirection&) = delete;
  Redirection& operator=(const Redirection&) = delete;

 private:
  int descriptor_;
  int saved_;
};

int run(const std::vector<std::string>& arguments, Extras extras = all_extras()) {
  std::filesystem::current_path(source_path());
  std::vector<const char*> argv{"digits"};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  return run_command_line(static_cast<int>(argv.size()), argv.data(), std::move(extras));
}

}  // namespace

ProcessResult call_digits(const std::vector<std::string>& arguments) {
  return call_digits_with(all_extras(), arguments);
}

void register_all_extras() {
  auto own = all_extras();
  registered<EngineFactory>() = std::move(own.engines);
  registered<PackageFile>() = std::move(own.package_files);
  registered<TrainingLog>() = std::move(own.training_logs);
  registered<ExchangeFactory>() = std::move(own.exchanges);
  set_picture_reader(std::move(own.picture_reader));
}

ProcessResult call_digits_with(Extras extras, const std::vector<std::string>& arguments) {
  const TemporaryDirectory captured;
  ProcessResult result;
  {
    const Redirection out(STDOUT_FILENO, captured / "out");
    const Redirection err(STDERR_FILENO, captured / "err");
    result.status = run(arguments, std::move(extras));
  }
  register_all_extras();
  result.out = read_file(captured / "out");
  result.err = read_file(captured / "err");
  return result;
}

ProcessResult fork_digits(const std::vector<std::string>& arguments) {
  const TemporaryDirectory folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const auto result = call_digits(arguments);
    write_file(folder / "out", result.out, Durability::kUnsynced);
    write_file(folder / "err", result.err, Durability::kUnsynced);
    ::_exit(result.status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return {WEXITSTATUS(status), read_file(folder / "out"), read_file(folder / "err")};
}

int fork_and_signal(const std::vector<std::string>& arguments, int signal,
                    const std::function<bool()>& when) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::_exit(run(arguments));
  }
  int status = 0;
  bool sent = false;
  while (::waitpid(child, &status, sent ? 0 : WNOHANG) == 0) {
    if (when()) {
      ::kill(child, signal);
      sent = true;
    } else {
      ::usleep(200);
    }
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace digits
