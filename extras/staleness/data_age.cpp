#include "staleness/data_age.h"

#include <fmt/format.h>

#include "base/date.h"
#include "base/error.h"
#include "base/printable.h"

namespace digits {

DataAge data_age(const Json& manifest, std::int64_t today) {
  DataAge age;
  age.data = json_at<std::string>(manifest, "/lineage/data", "package");
  if (!manifest.contains(Json::json_pointer("/lineage/data_date"))) return age;
  age.date = json_at<std::string>(manifest, "/lineage/data_date", "package");
  const auto day = days_since_1970(*age.date);
  if (!day) {
    throw_malformed("package", fmt::format("lineage.data_date is \"{}\", expected a day such as "
                                           "2026-01-31",
                                           printable(*age.date)));
  }
  age.days = today - *day;
  return age;
}

void require_age(const DataAge& age, std::int64_t most) {
  if (!age.days) {
    throw Error("gate.age_unknown",
                "the package has no day of its training images, expected one for --max-days",
                "train with --data-date DAY, the day of the set's newest images");
  }
  if (*age.days < -1) {
    throw Error("gate.age",
                fmt::format("the newest images are of {}, a day in the future", *age.date),
                "correct --data-date in training, or the clock of this machine");
  }
  if (*age.days <= most) return;
  throw Error("gate.age",
              fmt::format("the newest images are of {}, {} days old, expected at most {}",
                          *age.date, *age.days, most),
              "train on newer images");
}

}  // namespace digits
