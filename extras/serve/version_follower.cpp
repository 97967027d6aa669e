#include "serve/version_follower.h"

#include <string>

namespace digits {

namespace {

constexpr std::chrono::seconds kRetry{30};
constexpr int kUnknown = 0;  // versions begin at 1

// Calls `action`; returns its exception as an Error.
template <typename Action>
std::optional<Error> error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return Error("server.internal", error.what(), "please report this bug");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Error> VersionFollower::poll(Clock::time_point now) {
  int wanted = kUnknown;
  if (const auto error = error_of([&] { wanted = current_(); })) {
    return failed(kUnknown, *error, now);
  }
  if (wanted == serving_) {
    failed_.reset();
    return std::nullopt;
  }
  if (wanted == failed_ && now < retry_) return std::nullopt;
  if (const auto error = error_of([&] { load_(wanted); })) return failed(wanted, *error, now);
  serving_ = wanted;
  failed_.reset();
  return std::nullopt;
}

std::optional<Error> VersionFollower::failed(int version, const Error& error,
                                             Clock::time_point now) {
  const bool told = version == failed_ && now < retry_;
  failed_ = version;
  if (!told) retry_ = now + kRetry;
  return told ? std::nullopt : std::optional(error);
}

}  // namespace digits
