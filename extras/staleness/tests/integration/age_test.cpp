// The day of the data, from `digits train` to `digits age`.
#include <ctime>

#include "base/date.h"
#include "base/files.h"
#include "base/json.h"
#include "integration/call_digits.h"
#include "integration/tiny_run.h"
#include "pipeline/config.h"
#include "support/option_list.h"
#include "support/testing.h"

namespace digits {
namespace {

using testing::HasSubstr;

// A tiny run whose configuration has a day, packaged.
class Age : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory;
    std::filesystem::copy(tiny_run().path(), run(), std::filesystem::copy_options::recursive);
    std::filesystem::remove_all(run() / "package");
    auto config = load_complete_config(run() / "config.toml");
    config.data.date = "2026-01-31";
    write_file(run() / "config.toml", to_toml(config));
    ASSERT_EQ(call_digits({"package", run(), "--out", run() / "package"}).status, 0);
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static std::filesystem::path run() { return *folder_ / "run"; }

  static ProcessResult age(std::vector<std::string> words) {
    words.insert(words.begin(), {"age", "--model", run()});
    return call_digits(words);
  }

  static inline TemporaryDirectory* folder_ = nullptr;
};

TEST_F(Age, IsToldFromThePackage) {
  const auto told = age({"--today", "2026-05-01", "--json"});
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_EQ(Json::parse(told.out),
            (Json{{"data", "data/fixtures/tiny"}, {"date", "2026-01-31"}, {"days", 90}}));
  EXPECT_EQ(age({"--today", "2026-02-01"}).out,
            "data           data/fixtures/tiny\nnewest images  2026-01-31, 1 day old\n");
  EXPECT_EQ(option_list(age({"--help"}).out), "model DIR, max-days N, today DAY, json");
  EXPECT_THAT(read_file(run() / "package" / "README.md"),
              HasSubstr("| newest images | 2026-01-31 |"));
}

// A day is 86,400 seconds of Unix time. It may end between two readings of the clock.
TEST_F(Age, CountsToThePresentDay) {
  const auto newest = days_since_1970("2026-01-31").value();
  const auto before = std::time(nullptr) / 86400 - newest;
  const auto days = Json::parse(age({"--json"}).out).at("days").get<std::int64_t>();
  const auto after = std::time(nullptr) / 86400 - newest;
  EXPECT_THAT(days, testing::AllOf(testing::Ge(before), testing::Le(after)));
}

// The age is told before the status says that it is too large.
TEST_F(Age, IsAGate) {
  EXPECT_EQ(age({"--today", "2026-05-01", "--max-days", "90"}).status, 0);
  EXPECT_EQ(age({"--today", "2026-01-31", "--max-days", "0"}).status, 0);
  const auto old = age({"--today", "2026-05-02", "--max-days", "90"});
  EXPECT_EQ(old.status, 4);
  EXPECT_THAT(old.out, HasSubstr("91 days old"));
  EXPECT_THAT(old.err, HasSubstr("gate.age: the newest images are of 2026-01-31, 91 days old, "
                                 "expected at most 90 (hint: train on newer images)\n"));
}

TEST_F(Age, IsUnknownWithoutADay) {
  const auto unknown = call_digits({"age", "--model", tiny_run().path()});
  EXPECT_EQ(unknown.status, 0) << unknown.err;
  EXPECT_THAT(unknown.out, HasSubstr("unknown: the model was trained without --data-date"));
  const auto json = call_digits({"age", "--model", tiny_run().path(), "--json"});
  EXPECT_EQ(Json::parse(json.out),
            (Json{{"data", "data/fixtures/tiny"}, {"date", nullptr}, {"days", nullptr}}));
  const auto bounded = call_digits({"age", "--model", tiny_run().path(), "--max-days", "90"});
  EXPECT_EQ(bounded.status, 4);
  EXPECT_THAT(bounded.err, HasSubstr("gate.age_unknown: "));
}

TEST_F(Age, RejectsWrongOptions) {
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--today", "tomorrow"}, {"--today", "2026-02-30"}, {"--max-days", "-1"}}) {
    const auto result = age(words);
    EXPECT_EQ(result.status, 2) << words[1];
    EXPECT_THAT(result.err, HasSubstr("usage.option"));
  }
  EXPECT_THAT(age({"--max-days", "-1"}).err,
              HasSubstr(": --max-days -1, expected 0 to 1000000 (hint: "));
  const auto day = call_digits({"train", "--data-date", "31.1.2026", "--out", *folder_ / "other"});
  EXPECT_EQ(day.status, 2);
  EXPECT_THAT(day.err, HasSubstr("data.date is \"31.1.2026\""));
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "other"));
}

}  // namespace
}  // namespace digits
