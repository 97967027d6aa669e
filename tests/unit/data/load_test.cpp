#include "data/load.h"

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
