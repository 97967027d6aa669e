#include "base/date.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace digits {

namespace {

constexpr std::time_t kDay = 86400;  // seconds

}  // namespace

std::optional<std::int64_t> days_since_1970(const std::string& day) {
  std::tm time{};
  if (strptime(day.c_str(), "%Y-%m-%d", &time) == nullptr) return std::nullopt;
  const auto seconds = timegm(&time);  // makes 2 March of 30 February
  if (fmt::format("{:%Y-%m-%d}", fmt::gmtime(seconds)) != day) return std::nullopt;
  return seconds / kDay;
}

std::int64_t today() { return std::time(nullptr) / kDay; }

}  // namespace digits
