// Arrays of images and labels become a set, or an error that names the fault.
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "data/load.h"
#include "support/testing.h"

namespace digits {
namespace {

IdxArray images(std::uint32_t n) {
  return {{n, 2, 2}, std::vector<std::uint8_t>(std::size_t{n} * 4, 7)};
}
IdxArray labels(std::vector<std::uint8_t> values) {
  const auto n = static_cast<std::uint32_t>(values.size());
  return {{n}, std::move(values)};
}

const PartNames kFiles{"images-file", "labels-file"};

// "CODE: MESSAGE (HINT)" of the error for this pair of files.
std::string idx_refusal(const IdxArray& images, const IdxArray& labels,
                        const std::vector<std::string>& names = {}, int first_label = 0) {
  const auto error = error_of([&] { make_dataset(images, labels, kFiles, names, first_label); });
  return error.code() + ": " + error.what() + " (" + error.hint() + ")";
}

TEST(MakeDataset, TakesItsSizesFromTheFiles) {
  const auto set = make_dataset(images(3), labels({0, 2, 1}), kFiles);
  EXPECT_EQ(set.schema.rows, 2);
  EXPECT_EQ(set.schema.cols, 2);
  EXPECT_EQ(set.schema.channels, 1);
  EXPECT_THAT(set.schema.class_names, testing::ElementsAre("0", "1", "2"));
}

TEST(MakeDataset, ReadsColourImages) {
  const IdxArray colour{{2, 1, 1, 3}, {1, 2, 3, 4, 5, 6}};
  const auto set = make_dataset(colour, labels({0, 1}), kFiles);
  EXPECT_EQ(set.schema.channels, 3);
  EXPECT_EQ(set.image(1)[0], 4);
}

TEST(MakeDataset, RejectsDifferentCounts) {
  expect_error("data.count_mismatch", [] { make_dataset(images(3), labels({0, 1}), kFiles); });
}

TEST(MakeDataset, RejectsALabelOutOfRange) {
  expect_error("data.label_range", [] {
    make_dataset(images(2), labels({0, 2}), kFiles, {"zero", "one"});
  });
}

// Huge sizes would overflow later, and two channels have no meaning. A side may have 4096 pixels.
TEST(MakeDataset, RejectsUnsupportedImageSizes) {
  const auto strip = [](std::uint32_t rows, std::uint32_t cols) -> IdxArray {
    return {{1, rows, cols}, std::vector<std::uint8_t>(std::size_t{rows} * cols, 1)};
  };
  EXPECT_EQ(make_dataset(strip(1, 4096), labels({0}), kFiles).schema.cols, 4096);
  EXPECT_EQ(make_dataset(strip(4096, 1), labels({0}), kFiles).schema.rows, 4096);
  EXPECT_EQ(idx_refusal(strip(4097, 1), labels({0})),
            "data.image_size: images-file: images of 4097x1x1, expected rows, columns up to 4096 "
            "and 1 or 3 channels (make the images smaller, and grey or RGB)");
  expect_error("data.image_size", [] {
    make_dataset({{1, 1, 5000}, std::vector<std::uint8_t>(5000, 1)}, labels({0}), kFiles);
  });
  expect_error("data.image_size", [] {
    make_dataset({{1, 1, 1, 2}, {1, 2}}, labels({0}), kFiles);
  });
}

TEST(MakeDataset, RejectsAnEmptySet) {
  expect_error("data.empty", [] { make_dataset(images(0), labels({}), kFiles); });
}

// The message names the faulty file, and the hint gives the right header.
TEST(MakeDataset, NamesTheFileOfWrongRank) {
  const IdxArray flat{{2, 9}, std::vector<std::uint8_t>(18, 7)};
  EXPECT_EQ(idx_refusal(flat, labels({0, 1})),
            "idx.rank: images-file: images of rank 2 [2, 9], expected 3 or 4 (images are [N, rows, "
            "cols] or [N, rows, cols, channels]: write the rows and columns of an image into the "
            "file's header, [2, 3, 3])");
  const IdxArray oblong{{2, 8}, std::vector<std::uint8_t>(16, 7)};
  EXPECT_THAT(idx_refusal(oblong, labels({0, 1})), testing::EndsWith("into the file's header)"));
  const IdxArray one_hot{{2, 3}, {1, 0, 0, 0, 1, 0}};
  EXPECT_THAT(idx_refusal(images(2), one_hot),
              testing::AllOf(testing::StartsWith("idx.rank: labels-file: labels of rank 2 [2, 3]"),
                             testing::HasSubstr("(one-hot)")));
}

TEST(MakeDataset, NamesBothFilesWhenCountsDiffer) {
  EXPECT_THAT(idx_refusal(images(3), labels({0, 1})),
              testing::StartsWith("data.count_mismatch: labels-file: 2 labels, expected 3 as there "
                                  "are images in images-file ("));
}

TEST(MakeDataset, RecognisesChannelsFirstImages) {
  const IdxArray colour{{2, 3, 4, 5}, std::vector<std::uint8_t>(120, 7)};
  EXPECT_EQ(idx_refusal(colour, labels({0, 1})),
            "data.image_size: images-file: images of 3x4x5, expected rows, columns up to 4096 and "
            "1 or 3 channels: the channels stand first (write the images as [N, rows, cols, "
            "channels], [2, 4, 5, 3])");
  const IdxArray four{{2, 4, 4, 5}, std::vector<std::uint8_t>(160, 7)};
  EXPECT_THAT(idx_refusal(four, labels({0, 1})), testing::HasSubstr("(make the images smaller"));
}

// Class numbers start at the first label, and classes are named by their labels.
TEST(MakeDataset, NumbersClassesFromTheFirstLabel) {
  const auto set = make_dataset(images(3), labels({1, 3, 2}), kFiles, {}, 1);
  EXPECT_THAT(set.labels, testing::ElementsAre(0, 2, 1));
  EXPECT_THAT(set.schema.class_names, testing::ElementsAre("1", "2", "3"));
  EXPECT_THAT(
      idx_refusal(images(2), labels({1, 0}), {}, 1),
      testing::StartsWith("data.label_range: labels-file: label 0 at index 1, expected 1 "));
  const IdxArray wide{{2}, {}, IdxType::kInt, {1, 256}};  // the 256th class
  EXPECT_EQ(make_dataset(images(2), wide, kFiles, {}, 1).labels.back(), 255);
}

// With the number of classes set, the last label is the first invalid one.
TEST(MakeDataset, NamesTheFirstLabelOption) {
  EXPECT_THAT(idx_refusal(images(2), labels({1, 2}), {"a", "b"}),
              testing::AllOf(testing::HasSubstr("label 2 at index 1, expected 0 to 1"),
                             testing::HasSubstr("if both label files start at 1, add "
                                                "--first-label 1")));
  EXPECT_THAT(idx_refusal(images(3), labels({0, 1, 7}), {"a", "b"}),
              testing::Not(testing::HasSubstr("--first-label")));
}

// The hint names an option only if the labels fit into the classes from another first label on.
TEST(MakeDataset, ExplainsLabelsOutsideTheClasses) {
  const std::vector<std::string> two{"a", "b"};
  EXPECT_EQ(idx_refusal(images(2), labels({0, 1}), two, 1),
            "data.label_range: labels-file: label 0 at index 0, expected 1 to 2 (if both label "
            "files start at 0, add --first-label 0; else give both files the same numbering)");
  const std::string damaged =
      " (the label file is damaged, or the set has more classes than the training set)";
  EXPECT_EQ(idx_refusal(images(2), labels({1, 3}), two),
            "data.label_range: labels-file: label 3 at index 1, expected 0 to 1" + damaged);
  const IdxArray negative{{2}, {}, IdxType::kInt, {0, -1}};
  EXPECT_EQ(idx_refusal(images(2), negative, two),
            "data.label_range: labels-file: label -1 at index 1, expected 0 to 1" + damaged);
}

TEST(MakeDataset, RejectsSwappedFiles) {
  expect_error("idx.rank", [] { make_dataset(labels({0, 1}), labels({0, 1}), kFiles); });
  expect_error("idx.rank", [] { make_dataset(images(2), images(2), kFiles); });
}

IdxArray floats(std::vector<float> numbers, std::uint32_t n = 2) {
  const auto pixels = static_cast<std::uint32_t>(numbers.size()) / n;
  return {{n, 1, pixels}, {}, IdxType::kFloat, std::move(numbers)};
}

// If no value exceeds 1, ink is 1, otherwise 255. Halves are rounded away from zero.
TEST(AsBytes, ScalesByTheMaximum) {
  EXPECT_THAT(as_bytes(floats({0, 0.5, 1, 0.2F}), "x").values,
              testing::ElementsAre(0, 128, 255, 51));
  EXPECT_THAT(as_bytes(floats({0, 0.5, 1, 255}), "x").values, testing::ElementsAre(0, 1, 1, 255));
  EXPECT_THAT(as_bytes(floats({0, 0, 0, 0}), "x").values, testing::ElementsAre(0, 0, 0, 0));
}

// Unsigned bytes in any range are not changed: a 1 stays a 1.
TEST(AsBytes, KeepsBytes) {
  EXPECT_THAT(as_bytes({{2}, {0, 1}}, "x").values, testing::ElementsAre(0, 1));
}

// The message gives the number of values and names images.
TEST(AsBytes, NamesNonFiniteValues) {
  const auto refusal = [](std::vector<float> numbers) {
    const auto error = error_of([&] { as_bytes(floats(std::move(numbers), 3), "x"); });
    return error.code() + " " + error.what();
  };
  const float nan = std::nanf("");
  EXPECT_EQ(refusal({0, 1, nan, nan, 0, -INFINITY}),
            "data.not_finite x: 3 values in 2 of 3 images are NaN or infinite, expected numbers "
            "(first: 1, 2)");
  EXPECT_EQ(refusal({0, 1, 0, 0, 256, 0}),
            "data.range x: 1 values in 1 of 3 images are outside [0, 255], expected [0, 1] or "
            "[0, 255] (first: 2)");
  EXPECT_THAT(refusal({0, -0.01F, 0, 0, 1, 0}), testing::StartsWith("data.range x: 1 values in 1"));
  // Of many images the first eight are named.
  const auto of_many = error_of([&] { as_bytes(floats(std::vector<float>(10, nan), 10), "x"); });
  EXPECT_THAT(of_many.what(), testing::EndsWith("(first: 0, 1, 2, 3, 4, 5, 6, 7)"));
}

// A number has the same value in each type.
TEST(MakeDataset, TakesImagesAndLabelsOfOtherTypes) {
  const IdxArray wide{{2}, {}, IdxType::kInt, {1, 0}};
  const auto set = make_dataset(floats({0, 255, 7, 9}), wide, kFiles);
  EXPECT_THAT(set.images, testing::ElementsAre(0, 255, 7, 9));
  EXPECT_THAT(set.labels, testing::ElementsAre(1, 0));
  EXPECT_THAT(set.schema.class_names, testing::ElementsAre("0", "1"));
}

TEST(MakeDataset, RejectsInvalidLabels) {
  for (const float label : {-1.0F, 256.0F}) {
    expect_error("data.label_range", [&] {
      make_dataset(images(2), {{2}, {}, IdxType::kInt, {0, label}}, kFiles);
    });
  }
  expect_error("idx.type", [] {
    make_dataset(images(2), {{2}, {}, IdxType::kFloat, {0, 1}}, kFiles);
  });
}

}  // namespace
}  // namespace digits
