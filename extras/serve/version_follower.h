// Follows the promoted version of a model in its repository.
#pragma once

#include <functional>
#include <optional>

#include "base/error.h"
#include "serve/http_message.h"

namespace digits {

class VersionFollower {
 public:
  // `current` returns the promoted version; `load` makes a version answer, or throws without a
  // change.
  VersionFollower(std::function<int()> current, std::function<void(int)> load, int serving)
      : current_(std::move(current)), load_(std::move(load)), serving_(serving) {}

  // Loads the promoted version when it is another one. Returns an error once: a failed version is
  // tried again after 30 s, or when another version was promoted.
  std::optional<Error> poll(Clock::time_point now);

  int serving() const { return serving_; }

 private:
  std::optional<Error> failed(int version, const Error& error, Clock::time_point now);

  std::function<int()> current_;
  std::function<void(int)> load_;
  int serving_;
  std::optional<int> failed_;  // version; 0: current_ itself
  Clock::time_point retry_{};
};

}  // namespace digits
