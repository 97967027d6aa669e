// `shadow-report` as a command: its output, its exit status and its bounds.
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// Too few images, too many failures, and a good time.
constexpr const char* kMixedShadow =
    R"({"failed":3,"slowdown":1.1,"agreement":{"value":1.0,"low":0.84,"high":1.0,"n":20}})";

constexpr const char* kLabelledShadow =
    R"({"failed":0,"slowdown":1.2,"agreement":{"value":1.0,"low":0.998,"high":1.0,"n":2000},)"
    R"("labelled":{"both_right":5,"both_wrong":0,"answered_only":0,"compared_only":0}})";

class ShadowReportCommand : public testing::Test {
 protected:
  // The command on a document of statistics with this shadow.
  ProcessResult report(const std::string& shadow, const std::vector<std::string>& options = {}) {
    const auto path = folder_ / "stats.json";
    write_file(path, R"({"model_stats":[{"shadow":)" + shadow + "}]}");
    std::vector<std::string> words{"shadow-report"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back(path.string());
    return call_digits(words);
  }

 private:
  TemporaryDirectory folder_;
};

// One row for each check, or one JSON object for all. A check that failed or is undecided decides
// the exit status.
TEST_F(ShadowReportCommand, PrintsEachCheck) {
  const auto table = report(kMixedShadow);
  EXPECT_EQ(table.status, kGateFailed);
  EXPECT_THAT(table.err, testing::HasSubstr("gate.shadow: agreement: "));
  EXPECT_EQ(table.out,
            "agreement  100.00 % [84.00, 100.00], n = 20         "
            "at least 98.0 % of at least 1000 images       undecided\n"
            "failures   3                                        "
            "0                                             failed\n"
            "slowdown   1.10                                     "
            "at most 1.20                                  passed\n");
  const auto json = report(kMixedShadow, {"--json"});
  EXPECT_EQ(json.status, kGateFailed);
  EXPECT_EQ(Json::parse(json.out), Json::parse(R"({"checks":[
      {"name":"agreement","seen":"100.00 % [84.00, 100.00], n = 20",
       "expected":"at least 98.0 % of at least 1000 images","verdict":"undecided"},
      {"name":"failures","seen":"3","expected":"0","verdict":"failed"},
      {"name":"slowdown","seen":"1.10","expected":"at most 1.20","verdict":"passed"}]})"));
  EXPECT_EQ(report(kLabelledShadow).status, kDone);
}

// Each bound is an option. Of the second shadow's labels, five are enough then.
TEST_F(ShadowReportCommand, TakesItsBounds) {
  const auto expected = [&](const std::string& shadow) {
    const auto result =
        report(shadow, {"--json", "--min-agreement", "0.9", "--max-slowdown", "1.5", "--min-images",
                        "10", "--max-loss", "0.05", "--min-labels", "5"});
    const auto document = Json::parse(result.out);
    std::vector<std::string> all;
    for (const auto& check : document.at("checks")) {
      all.push_back(check.at("expected").get<std::string>());
    }
    return all;
  };
  EXPECT_THAT(expected(kMixedShadow),
              testing::ElementsAre("at least 90.0 % of at least 10 images", "0", "at most 1.50"));
  EXPECT_THAT(
      expected(kLabelledShadow),
      testing::ElementsAre("at least -5.0 points, no loss with p < 0.05", "0", "at most 1.50"));
}

// The largest slowdown is a number above 0, also one without a limit.
TEST_F(ShadowReportCommand, TakesAPositiveSlowdown) {
  for (const auto& [value, bound] :
       {std::pair{"0.5", "0.50"}, std::pair{"1e3", "1000.00"}, std::pair{"inf", "inf"}}) {
    const auto result = report(kLabelledShadow, {"--json", "--max-slowdown", value});
    EXPECT_THAT(result.out, testing::HasSubstr(std::string(R"("at most )") + bound + "\""))
        << value;
  }
  for (const std::string value : {"0", "-0.5", "1x", "nan"}) {
    const auto result = report(kLabelledShadow, {"--max-slowdown=" + value});
    EXPECT_EQ(result.status, kUsage) << value;
    EXPECT_THAT(result.err, testing::HasSubstr("usage.option: --max-slowdown " + value +
                                               ", expected a number above 0 (hint: "));
  }
}

}  // namespace
}  // namespace digits
