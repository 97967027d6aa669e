#include "serve/drift_window.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "support/testing.h"

namespace digits {
namespace {

// `n` images of random pixels below `brightest`.
Dataset images_below(int brightest, std::size_t n) {
  auto set = random_dataset(n);
  for (auto& pixel : set.images) pixel = static_cast<std::uint8_t>(pixel % brightest);
  return set;
}

void add(DriftWindow& window, const Dataset& set, std::size_t from, std::size_t to) {
  const auto size = set.schema.image_bytes();
  for (auto i = from; i < to; ++i) {
    window.add({set.image(i), set.image(i) + size}, {set.labels[i]});
  }
}

// With few images chance causes differences, so any few images are undecided.
TEST(DriftWindow, IsUndecidedOnFewImages) {
  DriftWindow window(make_profile(images_below(256, 600), 1), 400);
  const auto dark = images_below(20, 600);
  add(window, dark, 0, 199);
  EXPECT_EQ(window.verdict().state, DriftState::kTooFew);
  EXPECT_TRUE(window.verdict().tests.empty());
  add(window, dark, 199, 200);
  EXPECT_EQ(window.verdict().state, DriftState::kDrifting);
  EXPECT_EQ(window.verdict().count, 200U);
}

// The images of the training set are no drift.
TEST(DriftWindow, TrainingImagesAreNoDrift) {
  const auto set = images_below(256, 600);
  DriftWindow window(make_profile(set, 1), 400);
  add(window, set, 0, 400);
  const auto verdict = window.verdict();
  EXPECT_EQ(verdict.state, DriftState::kOk);
  EXPECT_EQ(verdict.tests.size(), std::size_t{kFeatureCount} + 1);
}

// The profile is that of the images in the window, in any number of them.
TEST(DriftWindow, HasTheProfileOfItsImages) {
  const auto set = images_below(256, 600);
  DriftWindow window(make_profile(set, 1), 300);
  expect_error("profile.empty", [&] { window.profile(); });
  add(window, set, 0, 7);
  EXPECT_EQ(window.profile().count, 7U);
  const auto dark = images_below(20, 300);
  add(window, dark, 0, 300);
  const auto profile = window.profile(), expected = make_profile(dark, 1);
  for (std::size_t k = 0; k < profile.features.size(); ++k) {
    EXPECT_EQ(profile.features[k].counts, expected.features[k].counts);
  }
}

// Only the last images count: drift is reported after one window with it, and ends after one window
// without it.
TEST(DriftWindow, DropsTheOldestImages) {
  const auto set = images_below(256, 600);
  const auto dark = images_below(20, 600);
  DriftWindow window(make_profile(set, 1), 300);
  add(window, set, 0, 600);
  add(window, dark, 0, 300);
  EXPECT_EQ(window.verdict().state, DriftState::kDrifting);
  EXPECT_DOUBLE_EQ(window.verdict().tests[kMeanIntensity].observed,
                   make_profile(images_below(20, 300), 1).features[kMeanIntensity].mean);
  add(window, set, 0, 300);
  EXPECT_EQ(window.verdict().state, DriftState::kOk);
  EXPECT_EQ(window.verdict().count, 300U);
  EXPECT_EQ(window.added(), 1200U);
}

// A window of fewer than 50 images would show chance, so it holds 50. The first image is
// overwritten first, and again after one round.
TEST(DriftWindow, OverwritesTheOldestImage) {
  auto set = images_below(256, 101);
  std::fill(set.labels.begin(), set.labels.end(), std::uint8_t{0});
  set.labels[0] = 2;
  set.labels[50] = 1;
  set.labels[100] = 2;
  DriftWindow window(make_profile(set, 1), 10);
  add(window, set, 0, 50);
  EXPECT_THAT(window.profile().class_counts, testing::ElementsAre(49, 0, 1));
  add(window, set, 50, 51);
  EXPECT_THAT(window.profile().class_counts, testing::ElementsAre(49, 1, 0));
  EXPECT_EQ(window.verdict().count, 50U);
  add(window, set, 51, 100);
  EXPECT_THAT(window.profile().class_counts, testing::ElementsAre(49, 1, 0));
  add(window, set, 100, 101);
  EXPECT_THAT(window.profile().class_counts, testing::ElementsAre(49, 0, 1));
  EXPECT_EQ(window.added(), 101U);
}

// A check reads the images of one moment without a lock, while others arrive: those do not change
// its images, also when none of them is in the window any more.
TEST(DriftWindow, LaterImagesChangeNoneThatAreRead) {
  const auto set = images_below(256, 700);
  DriftWindow window(make_profile(set, 1), 50);
  add(window, set, 0, 90);
  const auto before = window.images();
  add(window, set, 90, 700);
  const auto read = before.copied(set.schema);
  std::vector<std::uint32_t> latest(50);
  std::iota(latest.begin(), latest.end(), 40U);
  const auto expected = subset(set, latest);
  EXPECT_EQ(read.images, expected.images);
  EXPECT_EQ(read.labels, expected.labels);
}

// The memory is bounded: the window keeps its images, and parts of two blocks beside them.
TEST(DriftWindow, ForgetsOldImages) {
  const auto set = images_below(256, 500);
  DriftWindow window(make_profile(set, 1), 64);
  add(window, set, 0, 64);
  const auto blocks = window.images().blocks.size();
  add(window, set, 64, 500);
  EXPECT_LE(window.images().blocks.size(), blocks + 1);
}

// A request may have several images. The window holds the latest ones, each once.
TEST(DriftWindow, TakesSeveralImagesAtOnce) {
  const auto set = images_below(256, 700);
  DriftWindow window(make_profile(set, 1), 300);
  window.add(set.images, set.labels);
  EXPECT_EQ(window.added(), 700U);
  std::vector<std::uint32_t> latest(300);
  std::iota(latest.begin(), latest.end(), 400U);
  const auto profile = window.profile(), expected = make_profile(subset(set, latest), 1);
  EXPECT_EQ(profile.count, 300U);
  EXPECT_EQ(profile.class_counts, expected.class_counts);
  for (std::size_t k = 0; k < profile.features.size(); ++k) {
    EXPECT_EQ(profile.features[k].counts, expected.features[k].counts) << k;
  }
}

}  // namespace
}  // namespace digits
