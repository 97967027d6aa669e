#include "base/nearest.h"

#include "support/testing.h"

namespace digits {
namespace {

// By hand: one edit each, two, and a word that shares nothing. Only two neighbours are swapped: one
// letter alone in its neighbour's place saves no edit.
TEST(EditDistance, MatchesHandCalculation) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "run"), 3U);
  EXPECT_EQ(edit_distance("run", "run"), 0U);
  EXPECT_EQ(edit_distance("rum", "run"), 1U);           // replaced
  EXPECT_EQ(edit_distance("runn", "run"), 1U);          // removed
  EXPECT_EQ(edit_distance("rn", "run"), 1U);            // inserted
  EXPECT_EQ(edit_distance("rnu", "run"), 1U);           // swapped
  EXPECT_EQ(edit_distance("evlaute", "evaluate"), 2U);  // swapped and inserted
  EXPECT_EQ(edit_distance("ab", "ca"), 2U);
  EXPECT_EQ(edit_distance("ab", "bc"), 2U);
  EXPECT_EQ(edit_distance("abc", "xyz"), 3U);
}

TEST(Nearest, FindsTheIntendedName) {
  const std::vector<std::string> names{"run", "report", "train", "predict", "evaluate"};
  EXPECT_EQ(nearest("rnu", names), "run");
  EXPECT_EQ(nearest("trian", names), "train");
  EXPECT_EQ(nearest("preditc", names), "predict");
  EXPECT_EQ(nearest("eval", names), "evaluate");  // a beginning, four letters away
}

// Of several names within the limit the nearest one is meant, of equally near ones the first.
TEST(Nearest, IsTheFirstOfTheNearestNames) {
  EXPECT_EQ(nearest("predicts", {"predict", "predictor"}), "predict");
  EXPECT_EQ(nearest("predicts", {"predictor", "predict"}), "predict");
  EXPECT_EQ(nearest("trian", {"train", "trial"}), "train");
  EXPECT_EQ(nearest("trian", {"trial", "train"}), "trial");
}

// A hint unlike the typed word would mislead.
TEST(Nearest, FindsNoNameForADistantWord) {
  const std::vector<std::string> names{"run", "report", "train"};
  EXPECT_EQ(nearest("deploy", names), std::nullopt);
  EXPECT_EQ(nearest("rxy", names), std::nullopt);  // two of three letters
  EXPECT_EQ(nearest("", names), std::nullopt);
  EXPECT_EQ(nearest("run", {}), std::nullopt);
}

}  // namespace
}  // namespace digits
