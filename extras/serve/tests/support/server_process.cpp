#include "support/server_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <regex>
#include <thread>

#include "base/files.h"
#include "support/program.h"

namespace digits {

namespace {

[[noreturn]] void become(const std::vector<std::string>& arguments, const std::string& folder) {
  for (const auto& [name, target] :
       {std::pair{"out", STDOUT_FILENO}, std::pair{"err", STDERR_FILENO}}) {
    ::dup2(::open((folder + "/" + name).c_str(), O_WRONLY | O_CREAT, 0600), target);
  }
  const auto program = program_path();
  std::vector<char*> words{const_cast<char*>(program.c_str()), const_cast<char*>("serve"),
                           const_cast<char*>("--port"), const_cast<char*>("0")};
  for (const auto& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execv(words[0], words.data());
  ::_exit(127);
}

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> arguments) : pid_(::fork()) {
  if (pid_ == 0) become(arguments, folder_.path());
  const std::regex address("http://127\\.0\\.0\\.1:([0-9]+)[^0-9][^]*threads");
  for (std::smatch match; port_ == 0;) {
    const auto text = out();
    if (std::regex_search(text, match, address)) port_ = std::stoi(match[1]);
    siginfo_t info{};
    if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == pid_) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

ServerProcess::~ServerProcess() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  wait();
}

void ServerProcess::signal(int number) const { ::kill(pid_, number); }

int ServerProcess::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string ServerProcess::out() const {
  return std::filesystem::exists(folder_ / "out") ? read_file(folder_ / "out") : "";
}

std::string ServerProcess::err() const {
  return std::filesystem::exists(folder_ / "err") ? read_file(folder_ / "err") : "";
}

}  // namespace digits
