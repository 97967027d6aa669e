// Defines the project's one exception type, and maps its codes to exit statuses.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace digits {

// An expected failure: bad input, bad usage, a full disk. Anything else that escapes is a bug.
//
// `code` is stable ("idx.truncated"): scripts and tests depend on it, never on the wording.
// `what()` names the seen and the expected value. `hint` tells the person the next step.
class Error : public std::runtime_error {
 public:
  Error(std::string code, const std::string& message, std::string hint)
      : std::runtime_error(message), code_(std::move(code)), hint_(std::move(hint)) {}

  const std::string& code() const noexcept { return code_; }
  const std::string& hint() const noexcept { return hint_; }

 private:
  std::string code_;
  std::string hint_;
};

// Exit statuses, as documented in docs/usage.md.
enum ExitStatus : int {
  kDone = 0,
  kInternalError = 1,
  kUsage = 2,
  kBadData = 3,
  kGateFailed = 4,
  kBadPackage = 5,
  kInterrupted = 130,  // 128 + SIGINT, as shells report it
};

// The exit status for an error code, by the part before its first dot. Unknown families are
// internal errors.
int exit_status(std::string_view code) noexcept;

// "digits: idx.truncated: train-images: 12 bytes, expected 16 (hint: download it again)": one
// line, with control characters escaped.
std::string one_line(const Error& error);

}  // namespace digits
