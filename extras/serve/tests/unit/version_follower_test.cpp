#include "serve/version_follower.h"

#include <stdexcept>
#include <vector>

#include "support/testing.h"

namespace digits {
namespace {

using std::chrono::seconds;

class VersionFollowerTest : public testing::Test {
 protected:
  std::string poll(int at_second) {
    const auto error = follower.poll(Clock::time_point(seconds(at_second)));
    return error ? error->code() : "";
  }
  int promoted = 1;
  int broken = 0;           // version that cannot be loaded
  int crashing = 0;         // version whose loading has a bug
  bool unreadable = false;  // current.json
  std::vector<int> loads;   // tried
  VersionFollower follower{[this] {
                             if (unreadable) throw Error("repository.malformed", "x", "y");
                             return promoted;
                           },
                           [this](int version) {
                             loads.push_back(version);
                             if (version == broken) throw Error("package.hash", "x", "y");
                             if (version == crashing) throw std::out_of_range("a bug");
                           },
                           1};
};

// A promoted version is loaded once. The same holds for the version of a rollback.
TEST_F(VersionFollowerTest, LoadsThePromotedVersion) {
  EXPECT_EQ(poll(0), "");
  EXPECT_THAT(loads, testing::IsEmpty());
  promoted = 2;
  EXPECT_EQ(poll(1), "");
  EXPECT_EQ(poll(2), "");
  EXPECT_EQ(follower.serving(), 2);
  promoted = 1;
  EXPECT_EQ(poll(3), "");
  EXPECT_THAT(loads, testing::ElementsAre(2, 1));
}

// A version that cannot be loaded leaves the previous one in use, is reported once, and is tried
// again later.
TEST_F(VersionFollowerTest, KeepsTheOldVersionIfTheNewOneFails) {
  promoted = broken = 2;
  EXPECT_EQ(poll(0), "package.hash");
  EXPECT_EQ(poll(1), "");
  EXPECT_EQ(poll(29), "");
  EXPECT_EQ(follower.serving(), 1);
  EXPECT_THAT(loads, testing::ElementsAre(2));
  EXPECT_EQ(poll(30), "package.hash");
  broken = 0;
  EXPECT_EQ(poll(59), "");
  EXPECT_EQ(follower.serving(), 1);
  EXPECT_EQ(poll(60), "");
  EXPECT_EQ(follower.serving(), 2);
}

// A bug in the loading does not stop the server either: it is reported, and the version is not
// used.
TEST_F(VersionFollowerTest, ReportsABugInTheLoading) {
  promoted = crashing = 2;
  EXPECT_EQ(poll(0), "server.internal");
  EXPECT_EQ(follower.serving(), 1);
}

// A newly promoted version is loaded without delay.
TEST_F(VersionFollowerTest, LoadsTheNextVersionAtOnce) {
  promoted = broken = 2;
  EXPECT_EQ(poll(0), "package.hash");
  promoted = 3;
  EXPECT_EQ(poll(1), "");
  EXPECT_EQ(follower.serving(), 3);
  promoted = 2;  // the broken one again
  EXPECT_EQ(poll(2), "package.hash");
  EXPECT_EQ(follower.serving(), 3);
}

// A version that failed and is promoted a second time is tried at once.
TEST_F(VersionFollowerTest, TriesARepeatedPromotionAtOnce) {
  promoted = broken = 2;
  EXPECT_EQ(poll(0), "package.hash");
  promoted = 1;
  EXPECT_EQ(poll(1), "");
  promoted = 2;
  EXPECT_EQ(poll(2), "package.hash");
  EXPECT_THAT(loads, testing::ElementsAre(2, 2));
}

// A damaged current.json is reported once, and does not stop the server. Once it is repaired, each
// version is loaded without delay, also the first one.
TEST_F(VersionFollowerTest, SurvivesADamagedRepository) {
  unreadable = true;
  EXPECT_EQ(poll(0), "repository.malformed");
  EXPECT_EQ(poll(1), "");
  unreadable = false;
  promoted = 2;
  EXPECT_EQ(poll(2), "");
  EXPECT_EQ(follower.serving(), 2);
  unreadable = true;
  EXPECT_EQ(poll(3), "repository.malformed");
  unreadable = false;
  promoted = 1;
  EXPECT_EQ(poll(4), "");
  EXPECT_EQ(follower.serving(), 1);
}

}  // namespace
}  // namespace digits
