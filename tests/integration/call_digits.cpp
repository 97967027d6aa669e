#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/files.h"
#include "cli/commands.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {

namespace {

// Sends a standard stream into a file for as long as it lives.
class Redirection {
 public:
  Redirection(std::FILE* stream, const std::string& path)
      : stream_(stream), saved_(::dup(::fileno(stream))) {
    std::fflush(stream_);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(file, ::fileno(stream_));
    ::close(file);
  }
  ~Redirection() {
    std::fflush(stream_);
    ::dup2(saved_, ::fileno(stream_));
    ::close(saved_);
  }
  Redirection(const Redirection&) = delete;
  Redirection& operator=(const Redirection&) = delete;

 private:
  std::FILE* stream_;
  int saved_;
};

}  // namespace

ProcessResult call_digits(const std::vector<std::string>& arguments) {
  const TemporaryDirectory captured;
  std::filesystem::current_path(DIGITS_SOURCE_DIR);
  std::vector<const char*> argv{"digits"};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  ProcessResult result;
  {
    const Redirection out(stdout, captured / "out");
    const Redirection err(stderr, captured / "err");
    result.status = run_command_line(static_cast<int>(argv.size()), argv.data());
  }
  result.out = read_file(captured / "out");
  result.err = read_file(captured / "err");
  return result;
}

}  // namespace digits
