#include "staleness/data_age.h"

#include "base/date.h"
#include "base/error.h"
#include "support/testing.h"

namespace digits {
namespace {

DataAge age_of(const std::string& date, const std::string& today) {
  return data_age(Json{{"lineage", {{"data", "letters"}, {"data_date", date}}}},
                  days_since_1970(today).value());
}

TEST(DataAge, CountsTheDays) {
  EXPECT_EQ(age_of("2026-01-31", "2026-01-31").days, 0);
  EXPECT_EQ(age_of("2026-01-31", "2026-05-01").days, 90);
  EXPECT_EQ(age_of("2026-02-01", "2026-01-31").days, -1);
  EXPECT_EQ(age_of("2026-01-31", "2026-05-01").date, "2026-01-31");
}

// The bound itself is accepted.
TEST(DataAge, IsBounded) {
  EXPECT_NO_THROW(require_age(age_of("2026-01-31", "2026-05-01"), 90));
  EXPECT_NO_THROW(require_age(age_of("2026-01-31", "2026-01-31"), 0));
  expect_error("gate.age", [] { require_age(age_of("2026-01-31", "2026-05-02"), 90); });
}

// Tomorrow in UTC is today in Tokyo.
TEST(DataAge, RejectsAFutureDay) {
  EXPECT_NO_THROW(require_age(age_of("2026-02-01", "2026-01-31"), 90));
  expect_error("gate.age", [] { require_age(age_of("2026-02-02", "2026-01-31"), 90); });
}

// Without a day nothing is known, and no bound is met.
TEST(DataAge, IsUnknownWithoutADay) {
  const auto age = data_age(Json{{"lineage", {{"data", "letters"}}}}, 20000);
  EXPECT_EQ(age.data, "letters");
  EXPECT_FALSE(age.date);
  EXPECT_FALSE(age.days);
  expect_error("gate.age_unknown", [&] { require_age(age, 1000000); });
}

TEST(DataAge, RejectsAMalformedManifest) {
  expect_error("package.malformed", [] { age_of("2026-02-30", "2026-05-01"); });
  expect_error("package.malformed", [] { data_age(Json::object(), 20000); });
}

}  // namespace
}  // namespace digits
