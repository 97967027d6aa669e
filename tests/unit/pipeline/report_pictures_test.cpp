#include "pipeline/report_pictures.h"

#include <opencv2/imgcodecs.hpp>

#include "support/testing.h"

namespace digits {
namespace {

// Five images of two classes: right with 0.9, wrong with 0.8, right with 0.6, wrong with 0.7, right
// with 0.6.
struct Five {
  Dataset set = random_dataset(5, 4, 6, 1, 2);
  Evaluation evaluation;
  Five() {
    set.labels = {0, 1, 1, 0, 0};
    evaluation.predictions = {0, 0, 1, 1, 0};
    evaluation.probabilities = {.9, .1, .8, .2, .4, .6, .3, .7, .6, .4};
  }
};

// The most confident mistake first, the least confident hit first, equal ones in the order of the
// set.
TEST(WorstMistakes, AreTheMostConfidentMistakes) {
  const Five five;
  EXPECT_THAT(worst_mistakes(five.evaluation, five.set, 9), testing::ElementsAre(1, 3));
  EXPECT_THAT(worst_mistakes(five.evaluation, five.set, 1), testing::ElementsAre(1));
}

TEST(LeastConfidentHits, AreSortedByConfidence) {
  const Five five;
  EXPECT_THAT(least_confident_hits(five.evaluation, five.set, 9), testing::ElementsAre(2, 4, 0));
}

// The explanation is for the prediction, not for the label. The picture has the original image on
// the left, and on the right the pixels for the prediction in orange and those against it in blue.
TEST(ExplainedPictures, ShowEvidenceForAndAgainst) {
  Five five;
  std::fill(five.set.images.begin(), five.set.images.end(), std::uint8_t{0});
  const Explainer explain = [&](const Dataset& asked) {
    EXPECT_THAT(asked.labels, testing::ElementsAre(0));
    Attributions attributions{std::vector<float>(24, 0.0F), {0.0F}};
    attributions.maps[0] = 2.0F;
    attributions.maps[23] = -2.0F;
    return attributions;
  };
  const auto pictures = explained_pictures(five.evaluation, five.set, {1}, explain);
  ASSERT_EQ(pictures.size(), 1U);
  EXPECT_EQ(pictures[0].caption, "1: 0, 80 %; is 1");
  const std::vector<char> bytes(pictures[0].png.begin(), pictures[0].png.end());
  const cv::Mat3b picture = cv::imdecode(bytes, cv::IMREAD_COLOR);  // BGR
  ASSERT_EQ(picture.size(), cv::Size(192, 64));                     // 16 times as large
  EXPECT_EQ(picture(0, 0), cv::Vec3b(0, 0, 0));
  EXPECT_EQ(picture(0, 96), cv::Vec3b(20, 140, 255));
  EXPECT_EQ(picture(63, 191), cv::Vec3b(255, 130, 40));
}

// Colour images larger than a picture keep their size, and each has its own map. By hand: a pixel
// without evidence has half its value; one with 0.36 of the largest evidence has 0.6 of the blue.
TEST(ExplainedPictures, ShowColourImages) {
  auto set = random_dataset(2, 100, 60, 3, 2);
  std::fill(set.images.begin(), set.images.end(), std::uint8_t{100});
  Evaluation evaluation;
  evaluation.predictions = {1, 0};
  evaluation.probabilities = {.25, .75, .4, .6};
  const Explainer explain = [](const Dataset&) {
    Attributions attributions{std::vector<float>(2 * 6000, 0.0F), {0.0F, 0.0F}};
    attributions.maps[0] = 1.0F;
    attributions.maps[1] = -0.36F;
    return attributions;
  };
  const auto pictures = explained_pictures(evaluation, set, {0, 1}, explain);
  ASSERT_EQ(pictures.size(), 2U);
  EXPECT_EQ(pictures[0].caption, "0: 1, 75 %; is 0");
  EXPECT_EQ(pictures[1].caption, "1: 0, 40 %; is 1");
  std::vector<cv::Mat3b> shown;
  for (const auto& [png, caption] : pictures) {
    const std::vector<char> bytes(png.begin(), png.end());
    shown.emplace_back(cv::imdecode(bytes, cv::IMREAD_COLOR));  // BGR
    ASSERT_EQ(shown.back().size(), cv::Size(120, 100));
  }
  EXPECT_EQ(shown[0](0, 0), cv::Vec3b(100, 100, 100));
  EXPECT_EQ(shown[0](0, 60), cv::Vec3b(20, 140, 255));
  EXPECT_EQ(shown[0](0, 61), cv::Vec3b(173, 98, 44));
  EXPECT_EQ(shown[0](99, 119), cv::Vec3b(50, 50, 50));
  EXPECT_EQ(shown[1](0, 60), cv::Vec3b(50, 50, 50));
}

}  // namespace
}  // namespace digits
