#include "data/dataset.h"

#include <algorithm>

#include "base/error.h"
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

// The message has both schemas.
TEST(RequireSchema, NamesBothSchemas) {
  const Schema grey{4, 5, 1, {"a", "b"}};
  require_schema(grey, grey);
  const auto error = error_of([&] { require_schema({4, 5, 3, {"a", "b"}}, grey); });
  EXPECT_EQ(error.code(), "data.schema_mismatch");
  EXPECT_STREQ(error.what(),
               R"(the set is {"rows":4,"cols":5,"channels":3,"class_names":["a","b"]}, expected )"
               R"({"rows":4,"cols":5,"channels":1,"class_names":["a","b"]} as in training)");
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
