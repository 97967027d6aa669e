// Days of the calendar and times of files as text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace digits {

// The number of days from 1970-01-01 to a day such as "2026-01-31"; none for other text, and for a
// day that the Gregorian calendar does not have.
std::optional<std::int64_t> days_since_1970(const std::string& day);

// The time of the last write to `path`, in nanoseconds since 1970; 0 when there is no file.
std::int64_t written_at(const std::filesystem::path& path);

// "2026-01-31 12:00:00", UTC.
std::string utc_text(std::int64_t nanoseconds);

}  // namespace digits
