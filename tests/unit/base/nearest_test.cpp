#include "base/nearest.h"

#include "support/testing.h"

namespace digits {
namespace {

// By hand: one edit each, two, and a word that shares nothing.
TEST(EditDistance, MatchesHandCalculation) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "run"), 3U);
  EXPECT_EQ(edit_distance("run", "run"), 0U);
  EXPECT_EQ(edit_distance("rum", "run"), 1U);           // replaced
  EXPECT_EQ(edit_distance("runn", "run"), 1U);          // removed
  EXPECT_EQ(edit_distance("rn", "run"), 1U);            // inserted
  EXPECT_EQ(edit_distance("rnu", "run"), 1U);           // swapped
  EXPECT_EQ(edit_distance("evlaute", "evaluate"), 2U);  // swapped and inserted
  EXPECT_EQ(edit_distance("abc", "xyz"), 3U);
}

TEST(Nearest, FindsTheIntendedName) {
  const std::vector<std::string> names{"run", "report", "train", "predict", "evaluate"};
  EXPECT_EQ(nearest("rnu", names), "run");
  EXPECT_EQ(nearest("trian", names), "train");
  EXPECT_EQ(nearest("preditc", names), "predict");
  EXPECT_EQ(nearest("eval", names), "evaluate");  // a beginning, four letters away
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
