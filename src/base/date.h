// Days of the calendar as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace digits {

// The number of days from 1970-01-01 to a day such as "2026-01-31"; none for other text, and for a
// day that the Gregorian calendar does not have.
std::optional<std::int64_t> days_since_1970(const std::string& day);

// This day in UTC, as days since 1970-01-01.
std::int64_t today();

}  // namespace digits
