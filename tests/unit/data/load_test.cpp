#include "data/load.h"

#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

IdxArray images(std::uint32_t n) {
  return {{n, 2, 2}, std::vector<std::uint8_t>(std::size_t{n} * 4, 7)};
}
IdxArray labels(std::vector<std::uint8_t> values) {
  const auto n = static_cast<std::uint32_t>(values.size());
  return {{n}, std::move(values)};
}

TEST(MakeDataset, TakesItsSizesFromTheFiles) {
  const auto set = make_dataset(images(3), labels({0, 2, 1}), "x");
  EXPECT_EQ(set.schema.rows, 2);
  EXPECT_EQ(set.schema.cols, 2);
  EXPECT_EQ(set.schema.channels, 1);
  EXPECT_THAT(set.schema.class_names, testing::ElementsAre("0", "1", "2"));
}

TEST(MakeDataset, ReadsColourImages) {
  const IdxArray colour{{2, 1, 1, 3}, {1, 2, 3, 4, 5, 6}};
  const auto set = make_dataset(colour, labels({0, 1}), "x");
  EXPECT_EQ(set.schema.channels, 3);
  EXPECT_EQ(set.image(1)[0], 4);
}

TEST(MakeDataset, RefusesCountsThatDiffer) {
  expect_error("data.count_mismatch", [] { make_dataset(images(3), labels({0, 1}), "x"); });
}

TEST(MakeDataset, RefusesALabelOutOfRange) {
  expect_error("data.label_range", [] {
    make_dataset(images(2), labels({0, 2}), "x", {"zero", "one"});
  });
}

// Sizes beyond any use would overflow further on; two channels have no meaning.
TEST(MakeDataset, RefusesAbsurdImageSizes) {
  expect_error("data.image_size", [] {
    make_dataset({{1, 1, 5000}, std::vector<std::uint8_t>(5000, 1)}, labels({0}), "x");
  });
  expect_error("data.image_size", [] { make_dataset({{1, 1, 1, 2}, {1, 2}}, labels({0}), "x"); });
}

TEST(MakeDataset, RefusesAnEmptySet) {
  expect_error("data.empty", [] { make_dataset(images(0), labels({}), "x"); });
}

TEST(MakeDataset, RefusesSwappedFiles) {
  expect_error("idx.rank", [] { make_dataset(labels({0, 1}), labels({0, 1}), "x"); });
  expect_error("idx.rank", [] { make_dataset(images(2), images(2), "x"); });
}

IdxArray floats(std::vector<float> numbers, std::uint32_t n = 2) {
  const auto pixels = static_cast<std::uint32_t>(numbers.size()) / n;
  return {{n, 1, pixels}, {}, IdxType::kFloat, std::move(numbers)};
}

// No value above 1: ink is 1. Else ink is 255. Halves are rounded away from zero.
TEST(AsBytes, ScalesByTheMaximum) {
  EXPECT_THAT(as_bytes(floats({0, 0.5, 1, 0.2F}), "x").values,
              testing::ElementsAre(0, 128, 255, 51));
  EXPECT_THAT(as_bytes(floats({0, 0.5, 1, 255}), "x").values, testing::ElementsAre(0, 1, 1, 255));
  EXPECT_THAT(as_bytes(floats({0, 0, 0, 0}), "x").values, testing::ElementsAre(0, 0, 0, 0));
}

// Unsigned bytes are passed on, whatever their range: a 1 stays a 1.
TEST(AsBytes, LeavesBytesAlone) {
  EXPECT_THAT(as_bytes({{2}, {0, 1}}, "x").values, testing::ElementsAre(0, 1));
}

// The message counts values and names images.
TEST(AsBytes, NamesWhatIsNotFinite) {
  const auto refusal = [](std::vector<float> numbers) {
    try {
      as_bytes(floats(std::move(numbers), 3), "x");
    } catch (const Error& error) {
      return error.code() + " " + error.what();
    }
    return std::string("no error");
  };
  const float nan = std::nanf("");
  EXPECT_EQ(refusal({0, 1, nan, nan, 0, -INFINITY}),
            "data.not_finite x: 3 values in 2 of 3 images are NaN or infinite, expected numbers "
            "(first: 1, 2)");
  EXPECT_EQ(refusal({0, 1, 0, 0, 256, 0}),
            "data.range x: 1 values in 1 of 3 images are outside [0, 255], expected [0, 1] or "
            "[0, 255] (first: 2)");
  EXPECT_THAT(refusal({0, -0.01F, 0, 0, 1, 0}), testing::StartsWith("data.range x: 1 values in 1"));
}

// What is a number in one type is the same number in another.
TEST(MakeDataset, TakesImagesAndLabelsOfOtherTypes) {
  const IdxArray wide{{2}, {}, IdxType::kInt, {1, 0}};
  const auto set = make_dataset(floats({0, 255, 7, 9}), wide, "x");
  EXPECT_THAT(set.images, testing::ElementsAre(0, 255, 7, 9));
  EXPECT_THAT(set.labels, testing::ElementsAre(1, 0));
  EXPECT_THAT(set.schema.class_names, testing::ElementsAre("0", "1"));
}

TEST(MakeDataset, RefusesLabelsThatAreNoClasses) {
  for (const float label : {-1.0F, 256.0F}) {
    expect_error("data.label_range", [&] {
      make_dataset(images(2), {{2}, {}, IdxType::kInt, {0, label}}, "x");
    });
  }
  expect_error("idx.type", [] {
    make_dataset(images(2), {{2}, {}, IdxType::kFloat, {0, 1}}, "x");
  });
}

TEST(LoadDataset, ReadsWhatWasSaved) {
  const TemporaryDirectory folder;
  const auto set = random_dataset(12, 4, 3, 3);
  save_dataset(folder.path(), Part::kTrain, set);
  const auto back = load_dataset(folder.path(), Part::kTrain);
  EXPECT_EQ(back.images, set.images);
  EXPECT_EQ(back.labels, set.labels);
  EXPECT_TRUE(back.schema == set.schema);
  EXPECT_EQ(fingerprint(back), fingerprint(set));
}

TEST(LoadDataset, NamesTheMissingPart) {
  const TemporaryDirectory folder;
  expect_error("input.missing", [&] { load_dataset(folder.path(), Part::kTrain); });
  expect_error("input.missing", [&] { load_dataset(folder / "none", Part::kTrain); });
  write_file(folder / "file", "x");
  expect_error("input.not_a_folder", [&] { load_dataset(folder / "file", Part::kTrain); });
}

TEST(LoadSets, RefusesPartsOfDifferentSizes) {
  const TemporaryDirectory folder;
  save_dataset(folder.path(), Part::kTrain, random_dataset(12, 4, 4));
  save_dataset(folder.path(), Part::kTest, random_dataset(12, 4, 5));
  expect_error("data.schema_mismatch", [&] { load_sets(folder.path()); });
}

// The training part decides how many classes there are; a test label beyond is an error.
TEST(LoadSets, TestLabelsMustBeKnownFromTraining) {
  const TemporaryDirectory folder;
  save_dataset(folder.path(), Part::kTrain, random_dataset(12, 4, 4, 1, 2));
  save_dataset(folder.path(), Part::kTest, random_dataset(12, 4, 4, 1, 3));
  expect_error("data.label_range", [&] { load_sets(folder.path()); });
}

}  // namespace
}  // namespace digits
