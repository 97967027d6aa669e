// True labels and the predictions that they judge.
#include "serve/feedback.h"

#include <string>
#include <vector>

#include "base/error.h"
#include "support/testing.h"

namespace digits {
namespace {

const std::vector<std::string>& names() {
  static const std::vector<std::string> all{"zero", "one", "two"};
  return all;
}

TEST(FeedbackRequest, HasAnIdAndALabelForEachImage) {
  const auto one = parse_feedback(R"({"id":"a-1","label":"two"})", names());
  EXPECT_EQ(one.id, "a-1");
  EXPECT_EQ(one.labels, Labels({2}));
  const auto two = parse_feedback(R"({"label":["one","zero"],"id":"a-1"})", names());
  EXPECT_EQ(two.labels, Labels({1, 0}));
}

TEST(FeedbackRequest, RejectsOtherBodies) {
  for (const char* body :
       {R"({"id":"a"})", R"({"label":"one"})", R"({"id":1,"label":"one"})",
        R"({"id":"a","label":1})", R"({"id":"a","label":"three"})",
        R"({"id":"a","label":[["one"]]})", R"({"id":"a","label":"one","score":1})",
        R"({"id":"a","id":"b","label":"one"})", R"(["a","one"])"}) {
    EXPECT_EQ(error_code([&] { parse_feedback(body, names()); }), "request.field") << body;
  }
  EXPECT_EQ(error_code([] { parse_feedback("{", names()); }), "request.json");
}

// A message names the place, and repeats the beginning of a long text from the client.
TEST(FeedbackRequest, MessagesCutLongTexts) {
  const std::string x60(60, 'x'), x64(64, 'x');
  const auto body = R"({"id":"a","label":["one",")" + x60 + R"(y"]})";
  EXPECT_EQ(error_of([&] { parse_feedback(body, names()); }).what(),
            "label[1] is \"" + x60 + "\", expected the name of a class");
  Feedback feedback(5);
  EXPECT_EQ(error_of([&] {
              feedback.label({x64 + "y", {0}});
            }).what(),
            "no answered request \"" + x64 + "\" among the latest 5");
}

// Four images in two requests, of which the live version predicts three right and the shadow two.
TEST(Feedback, CountsRightAndWrongByVersion) {
  Feedback feedback(10);
  const auto a = feedback.answered("a", "1", {0, 1, 2});
  feedback.compared("a", a, "shadow", {0, 2, 1});
  const auto b = feedback.answered("b", "1", {0});
  feedback.compared("b", b, "shadow", {1});
  EXPECT_EQ(feedback.label({"a", {0, 1, 0}}), 3U);  // both right, live only, both wrong
  EXPECT_EQ(feedback.label({"b", {0}}), 1U);        // live only
  const auto counts = feedback.counts();
  EXPECT_EQ(counts.labels, 4U);
  EXPECT_EQ(counts.models.at("1").right, 3U);
  EXPECT_EQ(counts.models.at("1").wrong, 1U);
  EXPECT_EQ(counts.models.at("shadow").right, 1U);
  EXPECT_EQ(counts.models.at("shadow").wrong, 3U);
  const auto& pairs = counts.pairs.at({"1", "shadow"});
  EXPECT_EQ(pairs.both_right, 1U);
  EXPECT_EQ(pairs.both_wrong, 1U);
  EXPECT_EQ(pairs.answered_only, 2U);
  EXPECT_EQ(pairs.compared_only, 0U);
  EXPECT_EQ(pairs.paired().n, 4U);
  EXPECT_EQ(pairs.paired().lost, 2U);
}

// A label may arrive before the shadow has computed.
TEST(Feedback, AcceptsLabelsBeforeTheComparison) {
  Feedback feedback(10);
  const auto serial = feedback.answered("a", "1", {0});
  feedback.label({"a", {1}});
  feedback.compared("a", serial, "shadow", {1});
  feedback.compared("a", serial, "shadow", {1});  // counts once
  const auto counts = feedback.counts();
  EXPECT_EQ(counts.models.at("1").wrong, 1U);
  EXPECT_EQ(counts.models.at("shadow").right, 1U);
  EXPECT_EQ(counts.pairs.at({"1", "shadow"}).compared_only, 1U);
}

// A client that repeats its feedback changes no count.
TEST(Feedback, CountsARequestOnce) {
  Feedback feedback(10);
  feedback.answered("a", "1", {0});
  EXPECT_EQ(feedback.label({"a", {0}}), 1U);
  EXPECT_EQ(feedback.label({"a", {1}}), 0U);
  EXPECT_EQ(feedback.counts().labels, 1U);
  EXPECT_EQ(feedback.counts().models.at("1").wrong, 0U);
}

// The memory is bounded: the oldest request is forgotten.
TEST(Feedback, RemembersTheLatestRequests) {
  Feedback feedback(2);
  const auto first = feedback.answered("a", "1", {0});
  for (const char* id : {"b", "c"}) feedback.answered(id, "1", {0});
  EXPECT_EQ(error_code([&] { feedback.label({"a", {0}}); }), "request.id");
  feedback.compared("a", first, "shadow", {0});
  EXPECT_EQ(feedback.label({"b", {0}}), 1U);
  EXPECT_EQ(feedback.label({"c", {0}}), 1U);
  EXPECT_EQ(feedback.counts().unknown, 1U);
  EXPECT_EQ(feedback.counts().models.count("shadow"), 0U);
}

// A repeated id names its latest request, and leaves the others remembered.
TEST(Feedback, RepeatedIdNamesTheLatestRequest) {
  Feedback feedback(2);
  feedback.answered("a", "1", {0});
  feedback.answered("a", "2", {1, 1});
  feedback.answered("b", "2", {0});
  EXPECT_EQ(feedback.label({"a", {1, 1}}), 2U);
  EXPECT_EQ(feedback.counts().models.count("1"), 0U);
}

// A shadow may compute after a second request of the same id was answered: its prediction for the
// first one's image is not judged by the second one's label.
TEST(Feedback, IgnoresAComparisonOfAnEarlierRequest) {
  Feedback feedback(2);
  const auto first = feedback.answered("a", "1", {0});
  const auto second = feedback.answered("a", "1", {1});
  feedback.compared("a", first, "shadow", {0});
  feedback.compared("a", second, "shadow", {1});
  EXPECT_EQ(feedback.label({"a", {1}}), 1U);
  const auto counts = feedback.counts();
  const auto& pairs = counts.pairs.at({"1", "shadow"});
  EXPECT_EQ(pairs.both_right, 1U);
  EXPECT_EQ(pairs.answered_only, 0U);
  EXPECT_EQ(counts.models.at("shadow").wrong, 0U);
}

TEST(Feedback, RejectsAnotherNumberOfLabels) {
  Feedback feedback(2);
  feedback.answered("a", "1", {0, 1});
  const auto error = error_of([&] { feedback.label({"a", {0}}); });
  EXPECT_EQ(error.code(), "request.field");
  EXPECT_STREQ(error.what(), "label is 1 names, expected 2, one for each image");
  EXPECT_EQ(feedback.label({"a", {0, 1}}), 2U);
}

// A comparison of another number of images is not that of this request: it counts for nothing, and
// a later one still counts.
TEST(Feedback, IgnoresAComparisonOfAnotherSize) {
  Feedback feedback(2);
  const auto serial = feedback.answered("a", "1", {0, 1});
  feedback.compared("a", serial, "shadow", {2, 2, 2});
  feedback.compared("a", serial, "shadow", {2});
  feedback.compared("a", serial, "shadow", {0, 1});
  EXPECT_EQ(feedback.label({"a", {0, 1}}), 2U);
  EXPECT_EQ(feedback.counts().models.at("shadow").right, 2U);
  EXPECT_EQ(feedback.counts().models.at("shadow").wrong, 0U);
}

}  // namespace
}  // namespace digits
