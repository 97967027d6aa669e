#include "data/dataset.h"

#include <algorithm>

#include "support/testing.h"

namespace digits {
namespace {

TEST(Subset, KeepsImagesWithTheirLabels) {
  const auto set = random_dataset(10);
  const auto part = subset(set, {7, 2});
  EXPECT_THAT(part.labels, testing::ElementsAre(set.labels[7], set.labels[2]));
  EXPECT_TRUE(std::equal(part.image(0), part.image(0) + 30, set.image(7)));
  EXPECT_TRUE(std::equal(part.image(1), part.image(1) + 30, set.image(2)));
}

// A set with one changed byte has another fingerprint.
TEST(Fingerprint, DependsOnEveryByte) {
  auto set = random_dataset(5, 6, 7);
  const auto before = fingerprint(set);
  for (auto* bytes : {&set.images, &set.labels}) {
    for (auto& byte : *bytes) {
      byte = static_cast<std::uint8_t>(byte ^ 1);
      EXPECT_NE(fingerprint(set), before);
      byte = static_cast<std::uint8_t>(byte ^ 1);
    }
  }
}

}  // namespace
}  // namespace digits
