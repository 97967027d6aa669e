#include "base/date.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <ctime>

namespace digits {

namespace {

constexpr std::time_t kDay = 86400;              // seconds
constexpr std::int64_t kSecond = 1'000'000'000;  // nanoseconds

}  // namespace

std::optional<std::int64_t> days_since_1970(const std::string& day) {
  std::tm time{};
  if (strptime(day.c_str(), "%Y-%m-%d", &time) == nullptr) return std::nullopt;
  const auto seconds = timegm(&time);  // makes 2 March of 30 February
  if (fmt::format("{:%Y-%m-%d}", fmt::gmtime(seconds)) != day) return std::nullopt;
  return seconds / kDay;
}

std::int64_t written_at(const std::filesystem::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return 0;
  return std::int64_t{status.st_mtim.tv_sec} * kSecond + status.st_mtim.tv_nsec;
}

std::string utc_text(std::int64_t nanoseconds) {
  return fmt::format("{:%Y-%m-%d %H:%M:%S}",
                     fmt::gmtime(static_cast<std::time_t>(nanoseconds / kSecond)));
}

}  // namespace digits
