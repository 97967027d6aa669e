#include "staleness/command_age.h"

#include <fmt/format.h>

#include <ctime>
#include <optional>

#include "base/date.h"
#include "base/error.h"
#include "base/printable.h"
#include "cli/output.h"
#include "cli/run_request.h"
#include "repository/manifest.h"
#include "repository/package_files.h"
#include "staleness/data_age.h"

namespace digits {

namespace {

constexpr std::int64_t kMostDays = 1'000'000;

std::int64_t day_of(const ParsedOptions& parsed) {
  if (!parsed.has("today")) return std::time(nullptr) / 86400;  // seconds of a day
  const auto text = parsed.text("today");
  if (const auto day = days_since_1970(text)) return *day;
  throw Error("usage.option",
              fmt::format("--today {}, expected a day such as 2026-01-31", printable(text)),
              "leave it out for the present day in UTC");
}

std::string age_text(const DataAge& age) {
  if (!age.days) return "unknown: the model was trained without --data-date";
  return fmt::format("{}, {} {} old", *age.date, *age.days, *age.days == 1 ? "day" : "days");
}

}  // namespace

int command_age(const Arguments& arguments) {
  CommandOptions options("age",
                         "Tells the age of a model's newest training images. Exits with 4 if they "
                         "are older than --max-days.");
  options.add_model();
  options.number("max-days", "the largest age that is accepted");
  options.text("today", "count to this day, not to the present one in UTC: 2026-01-31", "DAY");
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  std::optional<std::int64_t> most;
  if (parsed->has("max-days")) most = parsed->number("max-days", 0, kMostDays);

  const auto files = read_verified(package_of(*parsed));
  const auto age = data_age(parse_manifest(files.at(kManifestFile)), day_of(*parsed));
  if (parsed->has("json")) {
    print_json(Json{{"data", age.data},
                    {"date", age.date ? Json(*age.date) : Json()},
                    {"days", age.days ? Json(*age.days) : Json()}});
  } else {
    print_pairs({{"data", age.data}, {"newest images", age_text(age)}});
  }
  if (most) require_age(age, *most);
  return kDone;
}

}  // namespace digits
