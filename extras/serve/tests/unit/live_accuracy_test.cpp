// The live model's accuracy on labelled requests, against the accuracy in its package.
#include "serve/live_accuracy.h"

#include "base/rng.h"
#include "support/fake_model.h"
#include "support/testing.h"

namespace digits {
namespace {

// A model of 99 % accuracy on 10,000 test images: the interval's low end is 98.79 %.
ModelFacts packaged_facts() {
  auto facts = fake_facts("1");
  facts.accuracy = proportion(9900, 10'000);
  return facts;
}

FeedbackCounts labelled(std::size_t wrong, std::size_t n, const std::string& version = "1") {
  FeedbackCounts counts;
  counts.models[version] = {n - wrong, wrong, proportion(wrong, n)};
  return counts;
}

AccuracyState state_of(std::size_t wrong, std::size_t n) {
  return live_accuracy(packaged_facts(), labelled(wrong, n)).state;
}

// The package's error is at most 1.21 %, of which 1.5 times are 1.82 %. Of 1000 labels, 27 wrong
// ones have a low end of 1.86 %, 26 wrong ones of 1.78 %. Of 100 labels, 5 wrong ones have 2.15 %.
TEST(LiveAccuracy, DropsByMoreThanChance) {
  EXPECT_EQ(state_of(10, 1000), AccuracyState::kOk);
  EXPECT_EQ(state_of(26, 1000), AccuracyState::kOk);
  EXPECT_EQ(state_of(27, 1000), AccuracyState::kDropped);
  EXPECT_EQ(state_of(4, 100), AccuracyState::kOk);
  EXPECT_EQ(state_of(5, 100), AccuracyState::kDropped);
}

// Few labels decide nothing, nor do those of another version, nor a package without an accuracy.
TEST(LiveAccuracy, IsUndecidedWithoutEvidence) {
  EXPECT_EQ(state_of(99, 99), AccuracyState::kTooFew);
  const auto other = live_accuracy(packaged_facts(), labelled(500, 1000, "shadow"));
  EXPECT_EQ(other.state, AccuracyState::kTooFew);
  EXPECT_EQ(other.wrong_share.n, 0U);
  EXPECT_EQ(live_accuracy(fake_facts("1"), labelled(500, 1000)).state, AccuracyState::kTooFew);
}

// Whether a server alarms within 3,000 labels, of which this share is wrong.
bool alarms(double wrong_share, std::uint64_t server) {
  static const auto facts = packaged_facts();
  Rng rng(test_seed(), Stream::kPerturb, server);
  Feedback feedback(1);
  for (int i = 0; i < 3000; ++i) {
    const bool wrong = rng.uniform() < wrong_share;
    feedback.answered("r", "1", {0});
    feedback.label({"r", {static_cast<std::uint8_t>(wrong ? 1 : 0)}});
    const auto now = live_accuracy(facts, feedback.counts());
    if (now.state == AccuracyState::kDropped) return true;
  }
  return false;
}

// A model as good as its package seldom alarms, although it is checked after each label: 0.5 % of
// servers did in a simulation. One with three times the error always does.
TEST(LiveAccuracy, AlarmsForABadModelAlone) {
  int good = 0, bad = 0;
  for (std::uint64_t server = 0; server < 100; ++server) {
    good += alarms(0.01, server) ? 1 : 0;
    bad += alarms(0.03, server) ? 1 : 0;
  }
  EXPECT_LE(good, 6);
  EXPECT_GE(bad, 98);
}

// The window forgets: after 1000 right answers of a repaired input the state is ok again.
TEST(LiveAccuracy, ForgetsOldMistakes) {
  Feedback feedback(1);
  const auto label = [&](std::uint8_t truth) {
    feedback.answered("r", "1", {0});
    feedback.label({"r", {truth}});
  };
  for (int i = 0; i < 200; ++i) label(1);
  EXPECT_EQ(live_accuracy(packaged_facts(), feedback.counts()).state, AccuracyState::kDropped);
  for (int i = 0; i < 1000; ++i) label(0);
  EXPECT_EQ(live_accuracy(packaged_facts(), feedback.counts()).state, AccuracyState::kOk);
}

}  // namespace
}  // namespace digits
