#include "data/class_folders.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <opencv2/imgcodecs.hpp>

#include "base/error.h"
#include "base/files.h"
#include "data/image_file.h"
#include "data/split.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// Writes a PNG file and its parent folders.
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

// "CODE: WHAT" of the error of loading.
std::string refusal(const fs::path& root, const SetOptions& options = {}) {
  try {
    load_class_folders(root, options);
    return "no error";
  } catch (const Error& error) {
    EXPECT_NE(error.hint(), "");
    return error.code() + ": " + error.what();
  }
}

// Names are those of the folders, pixels those of the files, in the order of the names.
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

// 10 comes after 9 if all names are numbers. With any other name all are sorted as text.
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

// Without a test part, a share of every class is held out. The two parts have no image in common,
// and together they are the whole set.
TEST(LoadClassFolders, HoldsOutATestPart) {
  const TemporaryDirectory root;
  write_classes(root.path(), 10);
  SetOptions options;
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

// The held-out images are a function of the seed, and do not depend on the number of threads.
TEST(LoadClassFolders, HoldoutDependsOnTheSeedOnly) {
  const TemporaryDirectory root;
  write_classes(root.path(), 40);
  SetOptions options;
  options.seed = test_seed();
  const auto first = values_of(load_class_folders(root.path(), options).test);
  options.threads = 3;
  EXPECT_EQ(values_of(load_class_folders(root.path(), options).test), first);
  options.seed = test_seed() + 1;
  EXPECT_NE(values_of(load_class_folders(root.path(), options).test), first);
}

// The test part must differ from the validation part that the same seed holds out later.
TEST(LoadClassFolders, HoldoutHasItsOwnRandomStream) {
  const auto set = random_dataset(120);
  EXPECT_NE(stratified_split(set, 0.2, test_seed(), Stream::kTestPart).validation,
            stratified_split(set, 0.2, test_seed()).validation);
}

// Grey in three equal channels is grey. One coloured image in any part makes the set RGB.
TEST(LoadClassFolders, IsGreyIfAllImagesAreGrey) {
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

TEST(LoadClassFolders, SkipsOtherFiles) {
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

// Every skipped file is counted, except hidden entries and system files.
TEST(LoadClassFolders, CountsSkippedFiles) {
  const TemporaryDirectory root;
  write_classes(root / "train", 2);
  write_classes(root / "test", 1);
  make_directories(root / "train" / "1" / "deeper");
  for (const char* name : {"train/1/a.bmp", "train/1/deeper/b.png", "train/c.png", "test/d.tif",
                           "notes.txt", "train/1/.e.png", "test/Thumbs.db"}) {
    write_file(root / name, "x");
  }
  std::vector<std::string> messages;
  for (const auto& finding : load_class_folders(root.path(), {}).findings) {
    EXPECT_EQ(finding.code, "data.passed_over");
    messages.push_back(finding.message);
  }
  EXPECT_THAT(messages, testing::ElementsAre(
                            testing::HasSubstr("(1 .bmp, 1 .tif: train/1/a.bmp, test/d.tif)"),
                            testing::HasSubstr("(2 .png: train/c.png, train/1/deeper/b.png)"),
                            testing::HasSubstr("(1 .txt: notes.txt)")));
}

// A pipe without a writer: opening it would wait for ever.
TEST(LoadClassFolders, SkipsPipes) {
  const TemporaryDirectory root;
  write_classes(root.path(), 2);
  ASSERT_EQ(::mkfifo((root / "1" / "pipe.png").c_str(), 0600), 0);
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.train.size() + sets.test.size(), 6U);
  ASSERT_EQ(sets.findings.size(), 1U);
  EXPECT_THAT(sets.findings[0].message, testing::HasSubstr("1/pipe.png"));
}

// The system folder of a Mac archive is no class.
TEST(LoadClassFolders, IgnoresSystemFolders) {
  const TemporaryDirectory root;
  write_classes(root.path(), 2);
  make_directories(root / "__MACOSX" / "0");
  write_file(root / "__MACOSX" / "0" / "._00.png", "x");
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_THAT(sets.train.schema.class_names, testing::ElementsAre("0", "1", "2"));
  EXPECT_THAT(sets.findings, testing::IsEmpty());
}

// The set's own validation part is stored after the rest of the training set.
TEST(LoadClassFolders, KeepsTheSetsOwnValidationPart) {
  const TemporaryDirectory root;
  write_classes(root / "Training", 2);
  write_image(root / "Val" / "1" / "a.png", grey(200));
  write_image(root / "Val" / "2" / "a.png", grey(201));
  write_image(root / "Testing" / "0" / "a.png", grey(9));
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.validation, 2U);
  EXPECT_THAT(values_of(sets.train), testing::ElementsAre(0, 1, 50, 51, 100, 101, 200, 201));
  EXPECT_THAT(sets.train.labels, testing::ElementsAre(0, 0, 1, 1, 2, 2, 1, 2));
  EXPECT_THAT(values_of(sets.test), testing::ElementsAre(9));
  ASSERT_EQ(sets.findings.size(), 1U);
  EXPECT_EQ(sets.findings[0].code, "data.parts");
  EXPECT_EQ(sets.findings[0].severity, Severity::kNote);
}

TEST(LoadClassFolders, TestsOnTheValidationPartWithoutATestPart) {
  const TemporaryDirectory root;
  write_classes(root / "train", 2);
  write_image(root / "val" / "1" / "a.png", grey(200));
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.validation, 0U);
  EXPECT_EQ(sets.train.size(), 6U);
  EXPECT_THAT(values_of(sets.test), testing::ElementsAre(200));
}

TEST(LoadClassFolders, HoldsOutATestPartFromASinglePart) {
  const TemporaryDirectory root;
  write_classes(root / "train", 5);
  const auto sets = load_class_folders(root.path(), {});
  EXPECT_EQ(sets.train.size(), 12U);
  EXPECT_EQ(sets.test.size(), 3U);
}

TEST(LoadClassFolders, AppliesTheOptions) {
  const TemporaryDirectory root;
  write_classes(root / "train", 1);
  write_classes(root / "test", 1);
  SetOptions options;
  options.invert = true;
  options.transpose = true;
  const auto sets = load_class_folders(root.path(), options);
  EXPECT_THAT(values_of(sets.train), testing::ElementsAre(255, 205, 155));
  EXPECT_THAT(values_of(sets.test), testing::ElementsAre(255, 205, 155));
  EXPECT_EQ(sets.test.schema.rows, 3);
}

// Colour pictures of several sizes are resized, in RGB order.
TEST(LoadClassFolders, ResizesColourPictures) {
  const TemporaryDirectory root;
  for (int k = 0; k < 2; ++k) {
    for (int i = 1; i < 3; ++i) {
      write_image(root / std::to_string(k) / fmt::format("{}.png", i),
                  cv::Mat3b(4 * i, 6 * i, cv::Vec3b(3, 2, 1)));
    }
  }
  EXPECT_THAT(refusal(root.path()), testing::StartsWith("data.image_size: "));
  SetOptions options;
  options.size = PictureSize{2, 3, 3};
  const auto sets = load_class_folders(root.path(), options);
  const Schema expected{2, 3, 3, {"0", "1"}};
  EXPECT_TRUE(sets.train.schema == expected);
  EXPECT_THAT(std::vector<int>(sets.test.image(0), sets.test.image(0) + 6),
              testing::ElementsAre(1, 2, 3, 1, 2, 3));
}

// A dark bar on light paper of `side` pixels, which predict can find.
cv::Mat1b bar(int side) {
  cv::Mat1b paper(side, side, std::uint8_t{230});
  paper(cv::Rect(2 * side / 5, side / 5, side / 8, 3 * side / 5)).setTo(20);
  return paper;
}

// Pictures of several sizes with one digit each: digits are cut out as by predict, with bright ink.
TEST(LoadClassFolders, CutsDigitsOutOfPictures) {
  const TemporaryDirectory root;
  for (int k = 0; k < 2; ++k) {
    for (int i = 0; i < 12; ++i) {
      write_image(root / std::to_string(k) / fmt::format("{:02}.png", i), bar(100 + 10 * i));
    }
  }
  SetOptions options;
  options.size = PictureSize{28, 28, 1};
  const auto sets = load_class_folders(root.path(), options);
  EXPECT_EQ(sets.train.size() + sets.test.size(), 24U);
  EXPECT_THAT(sets.findings, testing::IsEmpty());
  const auto sample = read_image(root / "0" / "00.png", sets.train.schema).samples;
  ASSERT_EQ(sample.size(), 1U);
  EXPECT_EQ(sets.train.image(0)[0], 0);               // paper
  EXPECT_GT(sets.train.image(0)[28 * 14 + 14], 200);  // ink
  EXPECT_EQ(sample[0].image.size(), sets.train.schema.image_bytes());

  // One blank picture of 24 is omitted and named. Three are too many.
  write_image(root / "1" / "00.png", cv::Mat1b(100, 100, std::uint8_t{230}));
  const auto fewer = load_class_folders(root.path(), options);
  EXPECT_EQ(fewer.train.size() + fewer.test.size(), 23U);
  ASSERT_EQ(fewer.findings.size(), 1U);
  EXPECT_EQ(fewer.findings[0].code, "data.unread");
  EXPECT_EQ(fewer.findings[0].severity, Severity::kWarning);
  EXPECT_THAT(fewer.findings[0].message, testing::HasSubstr((root / "1" / "00.png").string()));
  for (const char* name : {"01.png", "02.png"}) {
    write_image(root / "1" / name, cv::Mat1b(100, 100, std::uint8_t{230}));
  }
  EXPECT_EQ(error_code([&] { load_class_folders(root.path(), options); }), "data.unread");
}

TEST(LoadClassFolders, NamesTheMismatchedFile) {
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

TEST(LoadClassFolders, RejectsSidesBeyondTheLimit) {
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

// If all pictures have another format, or the set lies deeper, the error says so.
TEST(LoadClassFolders, ExplainsWhyNoImageIsFound) {
  const TemporaryDirectory root;
  make_directories(root / "0");
  write_file(root / "0" / "a.bmp", "x");
  EXPECT_THAT(refusal(root.path()), testing::HasSubstr("1 pictures of another format"));
  try {
    load_class_folders(root.path(), {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), testing::HasSubstr("convert them to PNG"));
  }
  write_classes(root / "0" / "digits", 1);
  try {
    load_class_folders(root.path(), {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), testing::HasSubstr((root / "0" / "digits").string()));
  }
}

// A class without training images cannot be tested.
TEST(LoadClassFolders, TestClassesMustBeKnownFromTraining) {
  const TemporaryDirectory root;
  write_classes(root / "train", 2);
  write_image(root / "test" / "3" / "a.png", grey(1));
  EXPECT_THAT(refusal(root.path()), testing::StartsWith("data.label_range: "));
}

TEST(LoadClassFolders, RejectsAnotherNumberOfClasses) {
  const TemporaryDirectory root;
  write_classes(root.path(), 2);
  SetOptions options;
  options.classes = 3;
  EXPECT_EQ(refusal(root.path(), options), "no error");
  options.classes = 4;
  EXPECT_THAT(refusal(root.path(), options), testing::StartsWith("data.classes: "));
  for (int k = 3; k < 257; ++k) make_directories(root / std::to_string(k));
  EXPECT_THAT(refusal(root.path()), testing::StartsWith("data.classes: "));
}

// A folder with IDX files is an IDX set, even with folders beside the files.
TEST(HasClassFolders, DistinguishesClassFoldersFromIdx) {
  const TemporaryDirectory root;
  EXPECT_FALSE(has_class_folders(root / "none"));
  EXPECT_FALSE(has_class_folders(root.path()));
  write_classes(root.path(), 1);
  EXPECT_TRUE(has_class_folders(root.path()));
  EXPECT_FALSE(has_class_folders(root / "0"));
  write_file(root / "t10k-labels.idx1-ubyte.gz", "x");
  EXPECT_FALSE(has_class_folders(root.path()));
}

// A tenth of the pictures may be unreadable. The message counts them and names the first three.
TEST(LoadClassFolders, ToleratesATenthOfUnreadablePictures) {
  const TemporaryDirectory root;
  for (const char* name : {"0", "1"}) {
    for (int i = 0; i < 20; ++i) write_image(root / name / fmt::format("{:02}.png", i), bar(100));
  }
  const auto blank = [&](int i) {
    write_image(root / "1" / fmt::format("{:02}.png", i), cv::Mat1b(60, 60, std::uint8_t{230}));
  };
  SetOptions options;
  options.size = PictureSize{28, 28, 1};
  for (const int i : {0, 1, 2, 3}) blank(i);
  const auto four = load_class_folders(root.path(), options);
  ASSERT_EQ(four.findings.size(), 1U);
  EXPECT_EQ(four.findings[0].severity, Severity::kWarning);
  EXPECT_THAT(four.findings[0].message,
              testing::AllOf(testing::StartsWith("4 of 40 pictures left out"),
                             testing::HasSubstr((root / "1" / "02.png").string()),
                             testing::Not(testing::HasSubstr((root / "1" / "03.png").string())),
                             testing::EndsWith("; ...")));
  blank(4);
  EXPECT_EQ(error_code([&] { load_class_folders(root.path(), options); }), "data.unread");
}

// A set above 2^30 values would fill the memory: it is rejected before its pictures are decoded. 65
// images of 2^24 pixels are too many.
TEST(LoadClassFolders, RejectsSetsThatFillTheMemory) {
  const TemporaryDirectory root;
  write_image(root / "0" / "00.png", cv::Mat1b(kMaxSide, kMaxSide, std::uint8_t{7}));
  make_directories(root / "1");
  for (int i = 0; i < 64; ++i) write_file(root / "1" / fmt::format("{:02}.png", i), "x");
  EXPECT_EQ(refusal(root.path()),
            "data.too_large: 65 images of 4096x4096 pixels, expected at most 1073741824 pixels in "
            "all");
  SetOptions options;
  options.size = PictureSize{kMaxSide, kMaxSide, 1};
  EXPECT_EQ(refusal(root.path(), options),
            "data.too_large: 65 images of 4096x4096x1, expected at most 1073741824 values in all");
}

// Labels are bytes, so 256 classes are accepted and one more is not.
TEST(LoadClassFolders, Accepts256Classes) {
  const TemporaryDirectory root;
  for (const char* part : {"train", "test"}) write_classes(root / part, 1);
  for (int k = 3; k < 256; ++k) make_directories(root / "train" / std::to_string(k));
  EXPECT_EQ(load_class_folders(root.path(), {}).train.schema.classes(), 256);
  const auto train = (root / "train").string();
  SetOptions options;
  options.classes = 4;
  EXPECT_EQ(refusal(root.path(), options),
            "data.classes: " + train + ": 256 class folders, expected 4 as data.classes says");
  make_directories(root / "train" / "256");
  EXPECT_EQ(refusal(root.path()),
            "data.classes: " + train + ": 257 class folders, expected at most 256");
}

}  // namespace
}  // namespace digits
