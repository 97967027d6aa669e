// `digits predict` on a picture of several digits.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "integration/tiny_run.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// The answer of `predict`, with one more option, for a picture of four digits and a dash.
ProcessResult predict_line(std::vector<std::string> option) {
  option.insert(option.begin(), {"predict", "--json", "--model", tiny_run().package()});
  option.push_back(source_path("extras/photos/tests/pictures/1234-dash.png"));
  return call_digits(option);
}

// Each digit has a line, with its number in reading order. The mark is named.
TEST(PredictPhoto, NumbersTheDigits) {
  const auto result = predict_line({});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, testing::HasSubstr("1234-dash.png: left out: 1 "));
  std::istringstream lines(result.out);
  int count = 0, left = -1;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto prediction = Json::parse(line);
    EXPECT_EQ(prediction.at("index"), count);
    EXPECT_GT(prediction.at("box").at(0), left);
    left = prediction.at("box").at(0);
  }
  EXPECT_EQ(count, 4);
}

// Read as one digit, the same picture has one line without a number.
TEST(PredictPhoto, ReadsOneDigitOnRequest) {
  const auto result = predict_line({"--one"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_FALSE(Json::parse(result.out).contains("index"));
}

// The pictures match their hashes.
TEST(PhotoPictures, MatchTheirHashes) {
  ProcessOptions options;
  options.directory = source_path("extras/photos/tests/pictures");
  const auto result = run_process({"sha256sum", "--check", "--strict", "SHA256SUMS"}, options);
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 10);
}

}  // namespace
}  // namespace digits
