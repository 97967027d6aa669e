// Tells how old the newest training images of a package are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/json.h"

namespace digits {

struct DataAge {
  std::string data;                  // as the user named the set
  std::optional<std::string> date;   // day of its newest images, as 2026-01-31
  std::optional<std::int64_t> days;  // from then to `today`; negative for a day in the future
};

// From a package's manifest; `today` in days since 1970-01-01. Throws package.malformed for a day
// that the calendar does not have.
DataAge data_age(const Json& manifest, std::int64_t today);

// Throws gate.age_unknown without a day, and gate.age if the images are older than `most` days or
// of the future. `today` is in UTC, so the next day is accepted: it has begun further east.
void require_age(const DataAge& age, std::int64_t most);

}  // namespace digits
