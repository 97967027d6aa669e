#include "data/idx_names.h"

#include "base/error.h"
#include "base/files.h"
#include "support/testing.h"

namespace digits {
namespace {

const char* const kImages = "train-images-idx3-ubyte";

// "MESSAGE (HINT)" of the error of the search for training images.
std::string refusal(const TemporaryDirectory& folder) {
  try {
    return find_idx_file(folder.path(), kImages).filename().string();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "input.missing");
    return std::string(error.what()) + " (" + error.hint() + ")";
  }
}

// Dots and underscores in place of dashes, capital letters and .gz are accepted as the same name.
TEST(IdxNames, AcceptsVariantsOfTheStandardNames) {
  for (const char* name :
       {"train-images-idx3-ubyte", "train-images-idx3-ubyte.gz", "train-images.idx3-ubyte",
        "train-images.idx3-ubyte.gz", "train_images_idx3_ubyte", "Train-Images.IDX3-ubyte.GZ"}) {
    const TemporaryDirectory folder;
    write_file(folder / name, "x");
    EXPECT_TRUE(is_idx_name(name)) << name;
    EXPECT_EQ(find_idx_file(folder.path(), kImages), folder / name);
  }
  for (const char* name : {"train-images", "images-idx3-ubyte", "train-images-idx4-ubyte",
                           "train-images-idx3-ubyte.gz.part", "my-train-images-idx3-ubyte", ""}) {
    EXPECT_FALSE(is_idx_name(name)) << name;
  }
}

// The exact name is preferred, and plain to gzip'd.
TEST(IdxNames, PrefersTheExactName) {
  const TemporaryDirectory folder;
  write_file(folder / "train-images.idx3-ubyte", "x");
  write_file(folder / "train-images-idx3-ubyte.gz", "x");
  EXPECT_EQ(find_idx_file(folder.path(), kImages).filename(), "train-images-idx3-ubyte.gz");
  write_file(folder / kImages, "x");
  EXPECT_EQ(find_idx_file(folder.path(), kImages).filename(), kImages);
  EXPECT_THAT(unused_files(folder.path()),
              testing::ElementsAre(folder / "train-images-idx3-ubyte.gz",
                                   folder / "train-images.idx3-ubyte"));
}

// A file with a similar name is not read, but named, if it is of the same part and kind.
TEST(IdxNames, NamesSimilarFiles) {
  const TemporaryDirectory folder;
  EXPECT_THAT(refusal(folder), testing::HasSubstr("a set is a folder with four IDX files"));
  write_file(folder / "emnist-letters-train-images-idx3-ubyte.gz", "x");
  write_file(folder / "emnist-letters-train-labels-idx1-ubyte.gz", "x");
  write_file(folder / "emnist-letters-test-images-idx3-ubyte.gz", "x");
  EXPECT_THAT(refusal(folder),
              testing::EndsWith("in it, but emnist-letters-train-images-idx3-ubyte.gz (if "
                                "emnist-letters-train-images-idx3-ubyte.gz is the file, rename it "
                                "to train-images-idx3-ubyte.gz)"));
  write_file(folder / "train-images-idx4-ubyte", "x");
  write_file(folder / "train-images.idx", "x");
  write_file(folder / "a-mnist-train-image-file", "x");
  EXPECT_THAT(refusal(folder), testing::HasSubstr(", train-images-idx4-ubyte and 1 more ("));
  try {
    find_idx_file(folder.path(), part_names(Part::kTest).images);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                testing::EndsWith("in it, but emnist-letters-test-images-idx3-ubyte.gz"));
  }
}

}  // namespace
}  // namespace digits
