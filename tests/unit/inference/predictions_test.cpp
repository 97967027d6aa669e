#include "inference/predictions.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/json.h"
#include "support/testing.h"

namespace digits {
namespace {

const ClassNames kNames{"cat", "dog"};

// An image of an IDX file, one cut out of a photo, and an unreadable file.
std::vector<Prediction> three() {
  ImageChunk chunk;
  chunk.inputs = {{{"a.idx", 7, {}}, {}},
                  {{"b.png", 1, cv::Rect(3, 4, 20, 30)}, {}},
                  {{"c.png", {}, {}}, Error("image.unreadable", "message", "hint")},
                  {{"d.png", {}, cv::Rect(0, 0, 5, 5)}, {}}};
  return make_predictions(chunk, {0.25, 0.75, 0.5, 0.5, 1.0, 0.0}, 2, 0.6);
}

// A line for each prediction.
std::string lines(std::string (*line)(const Prediction&, const ClassNames&),
                  const std::vector<Prediction>& predictions) {
  std::string text;
  for (const auto& prediction : predictions) text += line(prediction, kNames);
  return text;
}

// Rows of probabilities belong to the inputs that have an image. On a tie the first class is
// predicted.
TEST(Predictions, BelongToInputsWithAnImage) {
  const auto all = three();
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].best, 1U);
  EXPECT_EQ(all[1].best, 0U);
  EXPECT_EQ(all[2].error, "image.unreadable");
  EXPECT_TRUE(all[2].probabilities.empty());
  EXPECT_THAT(all[3].probabilities, testing::ElementsAre(1.0, 0.0));
  EXPECT_FALSE(all[2].abstained);
}

// "Below" excludes the bound itself.
TEST(Predictions, AbstainBelowTheBound) {
  const auto abstained = [](double best, double bound) {
    ImageChunk chunk;
    chunk.inputs = {{{"x", {}, {}}, {}}};
    return make_predictions(chunk, {best, 1.0 - best}, 2, bound).at(0).abstained;
  };
  EXPECT_FALSE(abstained(0.75, 0.75));
  EXPECT_TRUE(abstained(0.75, std::nextafter(0.75, 1.0)));
  EXPECT_FALSE(abstained(0.75, std::nextafter(0.75, 0.0)));
  EXPECT_FALSE(abstained(0.75, 0.0));
}

// Two chunks by hand: counts are summed, and messages are in the order of the inputs. An error of
// another shard's input is counted.
TEST(Predictions, AreSummarised) {
  const Error error("image.unreadable", "b.png", "hint");
  ImageChunk chunk;
  chunk.inputs = {{{"a.png", {}, {}}, {}}, {{"b.png", {}, {}}, error}, {{"c.png", {}, {}}, {}}};
  chunk.notes = {"a.png: left out: 1 dash"};
  const auto predictions = make_predictions(chunk, {0.5, 0.5, 0.9, 0.1}, 2, 0.6);
  auto summary = summarise(chunk, predictions);
  ImageChunk next;
  next.other_errors = {Error("idx.truncated", "c.idx", "hint")};
  summary.add(summarise(next, {}));
  EXPECT_EQ(summary.images, 2U);
  EXPECT_EQ(summary.abstained, 1U);
  EXPECT_THAT(summary.failures,
              testing::ElementsAre(testing::HasSubstr("b.png"), testing::HasSubstr("c.idx")));
  EXPECT_THAT(summary.notes, testing::ElementsAre("digits: a.png: left out: 1 dash"));
}

TEST(Predictions, MatchTheExpectedCsv) {
  EXPECT_EQ(csv_header(kNames), "path,index,x,y,width,height,label,abstained,error,p_cat,p_dog\n");
  EXPECT_EQ(lines(csv_line, three()),
            "a.idx,7,,,,,dog,false,,0.25,0.75\n"
            "b.png,1,3,4,20,30,,true,,0.5,0.5\n"
            "c.png,,,,,,,,image.unreadable,,\n"
            "d.png,,0,0,5,5,cat,false,,1,0\n");
}

TEST(Predictions, MatchTheExpectedJsonLines) {
  EXPECT_EQ(
      lines(json_line, three()),
      R"({"path":"a.idx","index":7,"label":"dog","probabilities":[0.25,0.75],"abstained":false})"
      "\n"
      R"({"path":"b.png","index":1,"box":[3,4,20,30],"label":null,"probabilities":[0.5,0.5],)"
      R"("abstained":true})"
      "\n"
      R"({"path":"c.png","error":"image.unreadable"})"
      "\n"
      R"({"path":"d.png","box":[0,0,5,5],"label":"cat","probabilities":[1.0,0.0],)"
      R"("abstained":false})"
      "\n");
}

TEST(Predictions, MatchTheExpectedTable) {
  auto readable = three();
  readable.erase(readable.begin() + 2);
  EXPECT_EQ(table_header() + lines(table_line, readable),
            "label    probability  input\n"
            "dog           0.7500  a.idx[7]\n"
            "-             0.5000  b.png[1]\n"
            "cat           1.0000  d.png\n");
}

// One image, at `path`.
Prediction one(const std::string& path, std::vector<double> probabilities = {1.0, 0.0}) {
  ImageChunk chunk;
  chunk.inputs = {{{path, {}, {}}, {}}};
  return make_predictions(chunk, probabilities, 2, 0.0).at(0);
}

// RFC 4180, 2.5 to 2.7: fields with commas, quotes and line breaks are quoted, and quotes are
// doubled.
TEST(Predictions, QuoteSpecialCharactersInCsv) {
  const auto line = [](const std::string& path) { return csv_line(one(path), kNames); };
  const std::string rest = ",,,,,,cat,false,,1,0\n";
  EXPECT_EQ(line("a b;c'.png"), "a b;c'.png" + rest);
  EXPECT_EQ(line("a,b"), "\"a,b\"" + rest);
  EXPECT_EQ(line("a \"b\""), "\"a \"\"b\"\"\"" + rest);
  EXPECT_EQ(line("a\nb"), "\"a\nb\"" + rest);
  EXPECT_EQ(line("a\rb"), "\"a\rb\"" + rest);
  EXPECT_EQ(csv_line(one("x"), {"a,b", "c"}), "x,,,,,,\"a,b\",false,,1,0\n");
  EXPECT_THAT(csv_header({"a,\"b", "c"}), testing::EndsWith(",error,\"p_a,\"\"b\",p_c\n"));
}

// Any UTF-8 path is restored from the JSON, on one line. Other bytes are replaced.
TEST(Predictions, EscapeSpecialCharactersInJson) {
  const std::string path = "a\"b\\c\n\x01\u00e9.png";
  const auto line = json_line(one(path), {"\"", "c"});
  EXPECT_EQ(Json::parse(line).at("path"), path);
  EXPECT_EQ(Json::parse(line).at("label"), "\"");
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(Json::parse(json_line(one("\xff"), kNames)).at("path"), "\xef\xbf\xbd");
}

// The table has one line for each image with any file name: a newline becomes a space, and a
// control character U+FFFD.
TEST(Predictions, TableHasALinePerImage) {
  EXPECT_EQ(table_line(one("a\nb\x1b[2J.png"), kNames),
            "cat           1.0000  a b\xef\xbf\xbd[2J.png\n");
}

// Every probability reads back to the bit, from both formats.
TEST(Predictions, KeepProbabilitiesBitExactly) {
  EXPECT_TRUE(rc::check("round trip", [] {
    const double p = *rc::gen::inRange<std::uint32_t>(0, 1U << 31) / 3.0 / (1U << 30);
    const auto prediction = one("x", {p, 1.0 - p});
    const auto json = Json::parse(json_line(prediction, kNames)).at("probabilities");
    RC_ASSERT(json.at(0).get<double>() == p);
    RC_ASSERT(json.at(1).get<double>() == 1.0 - p);
    const auto csv = csv_line(prediction, kNames);
    const auto last = csv.rfind(',');
    RC_ASSERT(std::stod(csv.substr(last + 1)) == 1.0 - p);
    RC_ASSERT(std::stod(csv.substr(csv.rfind(',', last - 1) + 1)) == p);
  }));
}

}  // namespace
}  // namespace digits
