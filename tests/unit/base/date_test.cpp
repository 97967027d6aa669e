#include "base/date.h"

#include <ctime>

#include "support/testing.h"

namespace digits {
namespace {

// By the calendar: leap years, and both sides of 1970.
TEST(Date, CountsDays) {
  EXPECT_EQ(days_since_1970("1970-01-01"), 0);
  EXPECT_EQ(days_since_1970("1969-12-31"), -1);
  EXPECT_EQ(days_since_1970("1971-01-01"), 365);
  EXPECT_EQ(days_since_1970("2000-03-01"), 11017);  // after a leap day in a year of 400
  EXPECT_EQ(*days_since_1970("2024-03-01") - *days_since_1970("2024-02-28"), 2);
  EXPECT_EQ(*days_since_1970("2023-03-01") - *days_since_1970("2023-02-28"), 1);
}

TEST(Date, RejectsOtherText) {
  for (const char* text : {"", "2026", "2026-1-31", "31-01-2026", "2026-02-30", "2026-13-01",
                           "2026-01-31 ", "2026-01-31T12:00", "yesterday"}) {
    EXPECT_EQ(days_since_1970(text), std::nullopt) << text;
  }
}

// A day is 86,400 seconds of Unix time. It may end between two calls.
TEST(Date, TodayIsTheDayOfTheClock) {
  const auto before = std::time(nullptr) / 86400;
  const auto day = today();
  EXPECT_THAT(day, testing::AllOf(testing::Ge(before), testing::Le(std::time(nullptr) / 86400)));
}

}  // namespace
}  // namespace digits
