#include "data/class_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "base/files.h"
#include "data/split.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// A PNG file, with the folders above it.
void write_image(const fs::path& path, const cv::Mat& image) {
  make_directories(path.parent_path());
  std::vector<std::uint8_t> png;
  cv::imencode(".png", image, png);
  write_file(path, {reinterpret_cast<const char*>(png.data()), png.size()}, Durability::kUnsynced);
}

// 2x3 pixels of one value.
cv::Mat1b grey(int value) { return cv::Mat1b(2, 3, static_cast<std::uint8_t>(value)); }

// `per_class` images in each of the classes 0 to 2, all different: image i of class k is 50 k + i.
void write_classes(const fs::path& root, int per_class) {
  for (int k = 0; k < 3; ++k) {
    for (int i = 0; i < per_class; ++i) {
      write_image(root / std::to_string(k) / fmt::format("{:02}.png", i), grey(50 * k + i));
    }
  }
}

// The first pixel of each image.
std::vector<int> values_of(const Dataset& set) {
  std::vector<int> values;
  for (std::size_t i = 0; i < set.size(); ++i) values.push_back(set.image(i)[0]);
  return values;
}

// "CODE: WHAT" of the error that loading ends with.
std::string refusal(const fs::path& root, const ClassFolderOptions& options = {}) {
  try {
    load_class_folders(root, options);
    return "no error";
  } catch (const Error& error) {
    EXPECT_NE(error.hint(), "");
    return error.code() + ": " + error.what();
  }
}

// Names come from the folders, values from the files as they are, in the order of the names.
TEST(LoadClassFolders, ReadsTrainAndTestPart) {
  const TemporaryDirectory root;
  write_classes(root / "train", 2);
  write_image(root / "test" / "1" / "a.png", grey(9));
  const auto sets = load_class_folders(root.path(), {});
  const Schema expected{2, 3, 1, {"0", "1", "2"}};
  EXPECT_TRUE(sets.train.schema == expected);
  EXPECT_TRUE(sets.test.schema == expected);
  EXPECT_THAT(values_of(sets.train), testing::ElementsAre(0, 1, 50, 51, 100, 101));
  EXPECT_THAT(sets.train.labels, testing::ElementsAre(0, 0, 1, 1, 2, 2));
  EXPECT_THAT(values_of(sets.test), testing::ElementsAre(9));
  EXPECT_THAT(sets.test.labels, testing::ElementsAre(1));
}

// 10 comes after 9 where all names are numbers; a single other name makes all of them words.
TEST(LoadClassFolders, OrdersClassesNaturally) {
  const TemporaryDirectory root;
  for (const char* part : {"train", "test"}) {
    for (const char* name : {"10", "9", "007"}) write_image(root / part / name / "a.png", grey(1));
  }
  EXPECT_THAT(load_class_folders(root.path(), {}).train.schema.class_names,
              testing::ElementsAre("007", "9", "10"));
  write_image(root / "train" / "cat" / "a.png", grey(1));
  EXPECT_THAT(load_class_folders(root.path(), {}).train.schema.class_names,
              testing::ElementsAre("007", "10", "9", "cat"));
}

// Without a test part, a share of every class is held out; the two parts have no image in common,
// and together they are all.
TEST(LoadClassFolders, HoldsOutATestPart) {
  const TemporaryDirectory root;
  write_classes(root.path(), 10);
  ClassFolderOptions options;
  options.seed = test_seed();
  options.test_share = 0.3;
  const auto sets = load_class_folders(root.path(), options);
  EXPECT_THAT(class_counts(sets.test), testing::ElementsAre(3, 3, 3));
  EXPECT_THAT(class_counts(sets.train), testing::ElementsAre(7, 7, 7));
  auto values = values_of(sets.train);
  for (const int value : values_of(sets.test)) values.push_back(value);
  std::sort(values.begin(), values.end());
  EXPECT_EQ(std::unique(values.begin(), values.end()) - values.begin(), 30);
}

// Which images are held out is a function of the seed, and no matter of how many threads read.
TEST(LoadClassFolders, HoldsOutByTheSeed) {
  const TemporaryDirectory root;
  write_classes(root.path(), 40);
  ClassFolderOptions options;
  options.seed = test_seed();
  const auto first = values_of(load_class_folders(root.path(), options).test);
  options.threads = 3;
  EXPECT_EQ(values_of(load_class_folders(root.path(), options).test), first);
  options.seed = test_seed() + 1;
  EXPECT_NE(values_of(load_class_folders(root.path(), options).test), first);
}

// The test part must not be what the same seed would later hold out for validation.
TEST(LoadClassFolders, HoldsOutByAStreamOfItsOwn) {
  const auto set = random_dataset(120);
  EXPECT_NE(stratified_split(set, 0.2, test_seed(), Stream::kTestPart).validation,
            stratified_split(set, 0.2, test_seed()).validation);
}

// Grey in three equal channels is grey; one coloured image, in either part, makes the set RGB.
TEST(LoadClassFolders, IsGreyWhenEveryImageIs) {
  const TemporaryDirectory root;
  write_image(root / "train" / "a" / "0.png", grey(7));
  write_image(root / "train" / "b" / "0.png", cv::Mat3b(2, 3, cv::Vec3b(8, 8, 8)));
  write_image(root / "test" / "a" / "0.png", grey(9));
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.train.schema.channels, 1);
  EXPECT_THAT(values_of(sets.train), testing::ElementsAre(7, 8));
  write_image(root / "test" / "b" / "0.png", cv::Mat3b(2, 3, cv::Vec3b(3, 2, 1)));  // blue first
  const auto colour = load_class_folders(root.path(), {});
  EXPECT_EQ(colour.train.schema.channels, 3);
  EXPECT_EQ(colour.train.images, std::vector<std::uint8_t>([] {
              std::vector<std::uint8_t> pixels(18, 7);
              pixels.resize(36, 8);
              return pixels;
            }()));
  const auto* last = colour.test.image(1);
  EXPECT_THAT(std::vector<int>(last, last + 3), testing::ElementsAre(1, 2, 3));
}

TEST(LoadClassFolders, PassesOverWhatIsNoImage) {
  const TemporaryDirectory root;
  write_classes(root.path(), 5);
  write_file(root / "README.md", "not a class");
  write_file(root / "1" / "notes.txt", "not an image");
  write_file(root / "1" / ".hidden.png", "not an image either");
  make_directories(root / ".git");
  make_directories(root / "1" / "folder.png");
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.train.size() + sets.test.size(), 15U);
  EXPECT_EQ(sets.train.schema.classes(), 3);
}

TEST(LoadClassFolders, NamesTheFileThatDoesNotFit) {
  const TemporaryDirectory root;
  write_classes(root.path(), 5);
  write_image(root / "1" / "03.png", cv::Mat1b(3, 2, std::uint8_t{1}));
  EXPECT_THAT(refusal(root.path()),
              testing::StartsWith("data.image_size: " + (root / "1" / "03.png").string()));
  write_file(root / "1" / "03.png", "no PNG");
  EXPECT_THAT(refusal(root.path()),
              testing::StartsWith("image.unreadable: " + (root / "1" / "03.png").string()));
  write_file(root / "1" / "03.png", "");
  EXPECT_THAT(refusal(root.path()),
              testing::StartsWith("image.unreadable: " + (root / "1" / "03.png").string()));
}

TEST(LoadClassFolders, RefusesSidesBeyondTheLimit) {
  const TemporaryDirectory root;
  for (const char* name : {"a", "b"}) {
    write_image(root / name / "0.png", cv::Mat1b(1, kMaxSide + 1, std::uint8_t{1}));
  }
  EXPECT_THAT(refusal(root.path()), testing::StartsWith("data.image_size: "));
}

TEST(LoadClassFolders, NamesMissingImages) {
  const TemporaryDirectory root;
  make_directories(root / "0");
  EXPECT_THAT(refusal(root.path()), testing::StartsWith("input.missing: "));
  write_classes(root / "train", 2);
  make_directories(root / "test" / "0");
  EXPECT_THAT(refusal(root.path()), testing::StartsWith("data.empty: "));
}

// A class that training never saw cannot be tested.
TEST(LoadClassFolders, TestClassesMustBeKnownFromTraining) {
  const TemporaryDirectory root;
  write_classes(root / "train", 2);
  write_image(root / "test" / "3" / "a.png", grey(1));
  EXPECT_THAT(refusal(root.path()), testing::StartsWith("data.label_range: "));
}

TEST(LoadClassFolders, RefusesAnotherNumberOfClasses) {
  const TemporaryDirectory root;
  write_classes(root.path(), 2);
  ClassFolderOptions options;
  options.classes = 3;
  EXPECT_EQ(refusal(root.path(), options), "no error");
  options.classes = 4;
  EXPECT_THAT(refusal(root.path(), options), testing::StartsWith("data.classes: "));
  for (int k = 3; k < 257; ++k) make_directories(root / std::to_string(k));
  EXPECT_THAT(refusal(root.path()), testing::StartsWith("data.classes: "));
}

// A folder with IDX files is an IDX set, whatever folders lie beside them.
TEST(HasClassFolders, TellsTheTwoFormsApart) {
  const TemporaryDirectory root;
  EXPECT_FALSE(has_class_folders(root / "none"));
  EXPECT_FALSE(has_class_folders(root.path()));
  write_classes(root.path(), 1);
  EXPECT_TRUE(has_class_folders(root.path()));
  EXPECT_FALSE(has_class_folders(root / "0"));
  write_file(root / "t10k-labels-idx1-ubyte.gz", "x");
  EXPECT_FALSE(has_class_folders(root.path()));
}

}  // namespace
}  // namespace digits
