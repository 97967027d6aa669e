#include "data/validate.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "support/testing.h"

namespace digits {
namespace {

std::vector<std::string> codes(const std::vector<Finding>& findings) {
  std::vector<std::string> all;
  for (const auto& finding : findings) all.push_back(finding.code);
  return all;
}

// Ink in the middle, paper around it: no finding.
Dataset clean(std::size_t n) {
  auto set = random_dataset(n, 8, 8);
  for (std::size_t i = 0; i < n; ++i) {
    auto* image = set.image(i);
    const auto low = image[0];
    const auto high = image[1];
    std::fill(image, image + 8, std::uint8_t{0});
    std::fill(image + 56, image + 64, std::uint8_t{0});
    image[20] = low;  // makes all images different
    image[21] = high;
    image[22] = 255;
  }
  return set;
}

void make_constant(Dataset& set, std::size_t i) {
  std::fill(set.image(i), set.image(i) + set.schema.image_bytes(), std::uint8_t{0});
}

void copy_image(const Dataset& from, std::size_t i, Dataset& to, std::size_t j) {
  std::copy(from.image(i), from.image(i) + from.schema.image_bytes(), to.image(j));
}

TEST(Validate, FindsNothingInACleanSet) { EXPECT_TRUE(validate(clean(90)).empty()); }

TEST(Validate, OneClassIsAnError) {
  auto set = clean(30);
  set.schema.class_names = {"only"};
  std::fill(set.labels.begin(), set.labels.end(), std::uint8_t{0});
  EXPECT_THAT(codes(validate(set)), testing::ElementsAre("data.one_class"));
}

TEST(Validate, MissingClassIsAnError) {
  auto set = clean(90);
  set.schema.class_names.emplace_back("never seen");
  const auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.missing_class"));
  EXPECT_EQ(findings[0].severity, Severity::kError);
  EXPECT_THAT(findings[0].message, testing::HasSubstr("never seen"));
}

// One wrong label can add two hundred classes: one finding, a few names.
TEST(Validate, ManyMissingClassesAreOneFinding) {
  auto set = clean(90);
  set.schema.class_names = numbered_class_names(200);
  const auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.missing_class"));
  EXPECT_LT(findings[0].message.size(), 200U);
}

TEST(Validate, RareClassIsAWarning) {
  auto set = clean(90);
  std::fill(set.labels.begin(), set.labels.end(), std::uint8_t{0});
  std::fill(set.labels.begin() + 45, set.labels.end(), std::uint8_t{1});
  set.labels[5] = 2;
  const auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.rare_class"));
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
}

// One blank image in 300 is acceptable. One in ten is an error.
TEST(Validate, ConstantImagesWarnThenStop) {
  auto set = clean(300);
  make_constant(set, 17);
  auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.constant_image"));
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  EXPECT_THAT(findings[0].first, testing::ElementsAre(17));
  for (std::size_t i = 0; i < 30; ++i) make_constant(set, i);
  findings = validate(set);
  ASSERT_THAT(codes(findings), testing::Contains("data.constant_image"));
  EXPECT_EQ(findings[0].severity, Severity::kError);
  EXPECT_EQ(findings[0].first.size(), 8U);  // the first few, not all thirty
}

TEST(Validate, InvertedPolarityIsAnError) {
  auto set = clean(90);
  for (auto& pixel : set.images) pixel = static_cast<std::uint8_t>(255 - pixel);
  const auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.inverted"));
  EXPECT_EQ(findings[0].severity, Severity::kError);
  EXPECT_THAT(findings[0].hint, testing::HasSubstr("add --invert"));
}

// A colour picture may correctly have a bright border: a note that stops nothing.
TEST(Validate, BrightBordersInColourAreANote) {
  auto set = random_dataset(90, 8, 8, 3);
  for (std::size_t i = 0; i < set.size(); ++i) {
    std::fill(set.image(i), set.image(i) + 24, std::uint8_t{240});
    std::fill(set.image(i) + 168, set.image(i) + 192, std::uint8_t{240});
  }
  const auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.inverted"));
  EXPECT_EQ(findings[0].severity, Severity::kNote);
  EXPECT_THAT(findings[0].hint, testing::HasSubstr("--size"));
}

TEST(Validate, DuplicatesAreReportedWithTheirIndices) {
  auto set = clean(90);
  copy_image(set, 3, set, 39);  // of the same class
  const auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.duplicate"));
  EXPECT_THAT(findings[0].first, testing::ElementsAre(39));
}

// One image with two labels has at least one wrong label. Images 3 and 40 have labels 0 and 1.
TEST(Validate, LabelConflictsWarnThenStop) {
  auto set = clean(150);
  copy_image(set, 3, set, 40);
  auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.duplicate", "data.label_conflict"));
  EXPECT_EQ(findings[1].severity, Severity::kWarning);
  EXPECT_THAT(findings[1].first, testing::ElementsAre(40));
  copy_image(set, 3, set, 41);  // two of 150 are above 1 %
  findings = validate(set);
  EXPECT_EQ(findings[0].severity, Severity::kWarning);  // copies alone never stop a run
  EXPECT_EQ(findings[1].severity, Severity::kError);
}

// One pixel off by one: not an exact copy, but not a different image either.
TEST(Validate, NearDuplicatesAreAWarning) {
  auto set = clean(90);
  copy_image(set, 3, set, 40);
  set.image(40)[22] = 254;
  const auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.near_duplicate"));
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  EXPECT_THAT(findings[0].first, testing::ElementsAre(40));
  EXPECT_THAT(findings[0].message, testing::HasSubstr("as 40 does 3:"));
}

// One image full of ink: 12 deviations from the median, where the bound is 6.
TEST(Validate, IntensityOutliersAreAWarning) {
  auto set = clean(90);
  std::fill(set.image(7) + 8, set.image(7) + 56, std::uint8_t{255});
  const auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.intensity_outlier"));
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  EXPECT_THAT(findings[0].first, testing::ElementsAre(7));
}

// Test images from the training set make the score worthless.
TEST(ValidateLeakage, WarnsThenStops) {
  const auto all = clean(400);
  const auto part = [&](std::uint32_t begin, std::uint32_t end) {
    std::vector<std::uint32_t> indices;
    for (auto i = begin; i < end; ++i) indices.push_back(i);
    return subset(all, indices);
  };
  EXPECT_TRUE(validate_leakage(part(0, 200), part(200, 400)).empty());
  auto findings = validate_leakage(part(0, 201), part(200, 400));
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.leakage"));
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  findings = validate_leakage(part(0, 250), part(200, 400));
  EXPECT_EQ(findings[0].severity, Severity::kError);
}

// A test image in the training set with another label has a wrong label in one of the two.
TEST(ValidateLeakage, NamesLabelConflicts) {
  const auto train = clean(60);
  auto test = subset(clean(90), {60, 61, 62, 63, 64, 65});
  copy_image(train, 10, test, 2);  // label 1
  test.labels[2] = 1;
  EXPECT_THAT(codes(validate_leakage(train, test)), testing::ElementsAre("data.leakage"));
  test.labels[2] = 0;
  const auto findings = validate_leakage(train, test);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.leakage", "data.label_conflict"));
  EXPECT_THAT(findings[1].first, testing::ElementsAre(2));
}

TEST(ValidateLeakage, NamesNearlyEqualImages) {
  const auto train = clean(60);
  auto test = subset(clean(90), {60, 61, 62, 63, 64, 65});
  copy_image(train, 10, test, 2);
  test.image(2)[22] = 254;
  const auto findings = validate_leakage(train, test);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.near_leakage"));
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  EXPECT_THAT(findings[0].first, testing::ElementsAre(2));
}

// One blank image of 100 is a warning, since one percent is tolerable. Two are an error.
TEST(Validate, ToleratesOnePercentOfBlankImages) {
  auto set = clean(100);
  make_constant(set, 17);
  const auto one = validate(set);
  ASSERT_THAT(codes(one), testing::ElementsAre("data.constant_image"));
  EXPECT_EQ(one[0].severity, Severity::kWarning);
  EXPECT_EQ(one[0].message, "1 of 100 images have a single value, expected ink on paper");
  make_constant(set, 20);  // of the same class
  const auto two = validate(set);
  ASSERT_THAT(codes(two), testing::ElementsAre("data.constant_image", "data.duplicate"));
  EXPECT_EQ(two[0].severity, Severity::kError);
  EXPECT_EQ(two[0].message, "2 of 100 images have a single value, expected ink on paper");
}

// A tenth of the even share is not rare: 3 samples, where three equal classes would have 30 each.
// Eight missing classes are all named; of ten the first eight.
TEST(Validate, NamesRareAndMissingClasses) {
  auto set = clean(90);
  std::fill(set.labels.begin(), set.labels.begin() + 45, std::uint8_t{0});
  std::fill(set.labels.begin() + 45, set.labels.end(), std::uint8_t{1});
  for (const std::size_t i : {5U, 6U, 7U}) set.labels[i] = 2;
  EXPECT_THAT(validate(set), testing::IsEmpty());
  set.labels[7] = 0;
  const auto rare = validate(set);
  ASSERT_THAT(codes(rare), testing::ElementsAre("data.rare_class"));
  EXPECT_EQ(rare[0].message, "1 of 3 classes are rare, expected about 30 samples each: 2 (2)");

  set = clean(90);
  set.schema.class_names = numbered_class_names(11);
  const auto eight = validate(set);
  ASSERT_THAT(codes(eight), testing::ElementsAre("data.missing_class"));
  EXPECT_EQ(eight[0].message,
            "8 of 11 classes have no sample, expected about 8 samples each: 3, 4, 5, 6, 7, 8, 9, "
            "10");
  set.schema.class_names = numbered_class_names(13);
  const auto ten = validate(set);
  ASSERT_THAT(codes(ten), testing::ElementsAre("data.missing_class"));
  EXPECT_EQ(ten[0].message,
            "10 of 13 classes have no sample, expected about 7 samples each: 3, 4, 5, 6, 7, 8, 9, "
            "10, ...");
}

// 90 clean images, the first of which have a first and a last row of this value.
Dataset with_border(std::size_t images, std::uint8_t value) {
  auto set = clean(90);
  for (std::size_t i = 0; i < images; ++i) {
    std::fill(set.image(i), set.image(i) + 8, value);
    std::fill(set.image(i) + 56, set.image(i) + 64, value);
  }
  return set;
}

// A set is inverted if more than half of the images have a border above the middle of the range. A
// half is not more, and neither is a mean of 127.
TEST(Validate, InvertedNeedsMoreThanHalfOfTheImages) {
  EXPECT_THAT(validate(with_border(45, 128)), testing::IsEmpty());
  EXPECT_THAT(validate(with_border(46, 127)), testing::IsEmpty());
  auto set = with_border(46, 127);
  for (std::size_t i = 0; i < 46; ++i) set.image(i)[0] = 128;  // a mean above 127 by a sixteenth
  const auto findings = validate(set);
  ASSERT_THAT(codes(findings), testing::ElementsAre("data.inverted"));
  EXPECT_EQ(findings[0].severity, Severity::kError);
  EXPECT_EQ(findings[0].message,
            "46 of 90 images have a bright border, expected background 0 and ink 255");
}

// The texts about intensities, for images of these means; no image has a single value.
std::vector<std::string> intensity_findings(const std::vector<int>& means) {
  auto set = random_dataset(means.size(), 8, 8);
  for (std::size_t i = 0; i < means.size(); ++i) {
    for (int b = 0; b < 64; ++b) {
      set.image(i)[b] = static_cast<std::uint8_t>(means[i] + (b % 2 == 0 ? -1 : 1));
    }
  }
  std::vector<std::string> texts;
  for (const auto& finding : validate(set)) {
    if (finding.code == "data.intensity_outlier") texts.push_back(finding.message);
  }
  return texts;
}

// An outlier lies more than six deviations from the median. For equal images the deviation counts
// as one grey level; where half of the images are ten levels away it is 14.826, so six are 88.956.
TEST(Validate, IntensityOutliersLieBeyondSixDeviations) {
  const auto among_equal = [](int value, int outlier) {
    std::vector<int> means(10, value);
    means[4] = outlier;
    return intensity_findings(means);
  };
  const std::string text = "1 of 10 images have a mean intensity far from the median, expected ";
  EXPECT_THAT(among_equal(100, 106), testing::IsEmpty());
  EXPECT_THAT(among_equal(100, 94), testing::IsEmpty());
  EXPECT_THAT(among_equal(100, 107), testing::ElementsAre(text + "94 to 106"));
  EXPECT_THAT(among_equal(3, 10), testing::ElementsAre(text + "0 to 9"));
  const auto among_spread = [](int outlier) {
    return intensity_findings({90, 90, 90, 100, outlier, 100, 100, 110, 110, 110});
  };
  EXPECT_THAT(among_spread(188), testing::IsEmpty());
  EXPECT_THAT(among_spread(189), testing::ElementsAre(text + "11 to 189"));
}

}  // namespace
}  // namespace digits
