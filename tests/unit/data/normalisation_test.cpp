#include "data/normalisation.h"

#include "support/testing.h"

namespace digits {
namespace {

// By hand: pixels 0 and 255 in equal number have mean 1/2 and standard deviation 1/2. A value that
// was removed from the set stays in its memory, and does not count.
TEST(Normalisation, OfTwoValuesMatchesHandCalculation) {
  Dataset set = random_dataset(1, 1, 4);
  set.images = {0, 255, 255, 0, 99};
  set.images.pop_back();
  const auto constants = compute_normalisation(set);
  EXPECT_DOUBLE_EQ(constants.mean.at(0), 0.5);
  EXPECT_DOUBLE_EQ(constants.stddev.at(0), 0.5);
}

TEST(Normalisation, KeepsChannelsApart) {
  Dataset set = random_dataset(1, 1, 2, 3);
  set.images = {0, 51, 255, 0, 153, 255};
  const auto constants = compute_normalisation(set);
  EXPECT_THAT(constants.mean, testing::ElementsAre(testing::DoubleEq(0.0), testing::DoubleEq(0.4),
                                                   testing::DoubleEq(1.0)));
  EXPECT_DOUBLE_EQ(constants.stddev[1], 0.2);
}

// A constant channel has no standard deviation to divide by: one grey level replaces it.
TEST(Normalisation, OfConstantImagesAvoidsDivisionByZero) {
  Dataset set = random_dataset(1, 1, 4);
  set.images.assign(4, 9);
  EXPECT_DOUBLE_EQ(compute_normalisation(set).stddev.at(0), 1.0 / 255.0);
}

TEST(Normalisation, OfAnEmptySetIsAnError) {
  expect_error("data.empty", [] { compute_normalisation(Dataset{}); });
}

}  // namespace
}  // namespace digits
