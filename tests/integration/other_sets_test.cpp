// Sets unlike MNIST run from data to predictions by configuration alone.
#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <sstream>

#include "base/files.h"
#include "data/class_folders.h"
#include "data/gzip.h"
#include "pipeline/pipeline.h"
#include "support/program.h"
#include "support/testing.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

Dataset draw(std::size_t count, int side, int classes, std::uint64_t first_index) {
  SyntheticOptions options;
  options.count = count;
  options.rows = side;
  options.cols = side;
  options.classes = classes;
  options.seed = test_seed();
  options.first_index = first_index;
  return synthesise(options);
}

// The digits of `grey` in red, green or blue ink, which is their class. Without channels, or with
// channels in another order in prediction, the classes cannot be distinguished.
Dataset coloured(const Dataset& grey) {
  Dataset set;
  set.schema = {grey.schema.rows, grey.schema.cols, 3, {"0", "1", "2"}};
  set.images.resize(3 * grey.images.size());
  const auto pixels = grey.schema.image_bytes();
  for (std::size_t i = 0; i < grey.size(); ++i) {
    const auto channel = i % 7 % 3;
    for (std::size_t p = 0; p < pixels; ++p) set.image(i)[3 * p + channel] = grey.image(i)[p];
    set.labels.push_back(static_cast<std::uint8_t>(channel));
  }
  return set;
}

// Runs the pipeline on the set at `source` by a configuration file, and checks the test part: its
// schema, its size, and an accuracy far above chance.
void expect_run(const fs::path& source, const fs::path& folder, const Schema& schema,
                std::size_t tested) {
  auto config = load_config(fixtures() / "tiny.toml", Config());
  config.data.source = source.string();
  config.augment = AugmentOptions();
  write_file(folder / "config.toml", to_toml(config));
  const auto run =
      call_digits({"run", "--config", folder / "config.toml", "--out", folder / "run"});
  ASSERT_EQ(run.status, 0) << run.err;
  const auto data = Json::parse(read_file(folder / "run" / "data.json"));
  EXPECT_EQ(data.at("data"), Json(schema));
  EXPECT_EQ(data.at("test").at("count"), tested);
  const auto accuracy = Json::parse(read_file(folder / "run" / "evaluation.json")).at("accuracy");
  EXPECT_EQ(accuracy.at("n"), tested);
  EXPECT_GT(accuracy.at("value"), 0.8);
}

// The number of inputs under `what` whose prediction equals `truth`, in the order of inputs.
std::size_t right_answers(const fs::path& run, const fs::path& what,
                          const std::vector<std::string>& truth) {
  const auto predict = call_digits({"predict", "--model", run / "package", what, "--json"});
  EXPECT_EQ(predict.status, 0) << predict.err;
  std::istringstream lines(predict.out);
  std::size_t i = 0;
  std::size_t right = 0;
  for (std::string line; std::getline(lines, line); ++i) {
    right += Json::parse(line).at("label") == truth.at(i) ? 1 : 0;
  }
  EXPECT_EQ(i, truth.size());
  return right;
}

std::vector<std::string> names_of_labels(const Dataset& set) {
  std::vector<std::string> names;
  for (const auto label : set.labels) names.push_back(set.schema.class_names[label]);
  return names;
}

// The package's predictions for the test set's file give the evaluated accuracy, so it was trained,
// exported and served at these sizes.
void expect_idx_set_goes_through(const Dataset& train, const Dataset& test) {
  const TemporaryDirectory folder;
  make_directories(folder / "set");
  save_dataset(folder / "set", Part::kTrain, train);
  save_dataset(folder / "set", Part::kTest, test);
  expect_run(folder / "set", folder.path(), train.schema, test.size());
  const auto right = right_answers(folder / "run", folder / "set", names_of_labels(test));
  const auto evaluation = Json::parse(read_file(folder / "run" / "evaluation.json"));
  EXPECT_DOUBLE_EQ(static_cast<double>(right) / static_cast<double>(test.size()),
                   evaluation.at("accuracy").at("value").get<double>());
}

TEST(OtherSets, FiveClassesOf16PixelsAreClassified) {
  expect_idx_set_goes_through(draw(1500, 16, 5, 0), draw(200, 16, 5, 1500));
}

TEST(OtherSets, ThreeChannelsOf32PixelsAreClassified) {
  expect_idx_set_goes_through(coloured(draw(400, 32, 10, 0)), coloured(draw(150, 32, 10, 400)));
}

// `synth --png` writes a set of class folders: a fifth of it is held out, and the images of a class
// are predicted as that class.
TEST(OtherSets, ClassFoldersAreClassified) {
  const TemporaryDirectory folder;
  ASSERT_EQ(call_digits({"synth", "--out", folder / "synth", "--train", "10", "--test", "600",
                         "--rows", "20", "--cols", "20", "--classes", "4", "--png"})
                .status,
            0);
  const auto source = folder / "synth" / "png";
  expect_run(source, folder.path(), {20, 20, 1, numbered_class_names(4)}, 120);
  EXPECT_GT(right_answers(folder / "run", source / "3", std::vector<std::string>(150, "3")), 120U);

  // The separate stages find the same test part again.
  const auto evaluate = call_digits({"evaluate", folder / "run"});
  EXPECT_EQ(evaluate.status, 0) << evaluate.err;
}

// [fork: only with template]
// Debian's python3-sklearn has 1,797 digits of 8x8 pixels: lines of 64 values from 0 to 16 and a
// label.
Dataset scikit_learn_digits(const fs::path& csv) {
  auto text = gunzip(read_file(csv), csv.string(), std::size_t{1} << 24);
  std::replace(text.begin(), text.end(), ',', ' ');
  std::istringstream numbers(text);
  Dataset set{{8, 8, 1, numbered_class_names(10)}, {}, {}};
  for (double value = 0.0; numbers >> value;) {
    if (set.images.size() < 64 * (set.labels.size() + 1)) {
      set.images.push_back(static_cast<std::uint8_t>(value * 255.0 / 16.0));
    } else {
      set.labels.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return set;
}

// A real set of a few small images is packaged. Only its path is configured.
TEST(OtherSets, ScikitLearnDigitsArePackaged) {
  const fs::path csv = "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz";
  if (!fs::exists(csv)) {
    GTEST_SKIP() << "no scikit-learn at hand (Debian: apt-get install python3-sklearn)";
  }
  const auto all = scikit_learn_digits(csv);
  ASSERT_EQ(all.size(), 1797U);
  std::vector<std::uint32_t> train(1437), test(360);
  std::iota(train.begin(), train.end(), 0U);
  std::iota(test.begin(), test.end(), 1437U);
  const TemporaryDirectory folder;
  make_directories(folder / "set");
  save_dataset(folder / "set", Part::kTrain, subset(all, train));
  save_dataset(folder / "set", Part::kTest, subset(all, test));
  const auto run = call_digits({"run", "--data", folder / "set", "--out", folder / "run"});
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_TRUE(fs::exists(folder / "run" / "package" / "manifest.json"));
  const auto evaluation = Json::parse(read_file(folder / "run" / "evaluation.json"));
  EXPECT_GT(evaluation.at("accuracy").at("value"), 0.93);  // nearest class means: 0.87
}
// [fork: end]

// `inspect` reads the same digits in two parts: counts and schema.
TEST(OtherSets, ClassFoldersInTwoPartsAreInspected) {
  const TemporaryDirectory folder;
  for (const auto& [part, count] : std::map<std::string, int>{{"train", 40}, {"test", 20}}) {
    ASSERT_EQ(call_digits({"synth", "--out", folder / part, "--test", std::to_string(count),
                           "--train", "10", "--rows", "12", "--cols", "14", "--classes", "4",
                           "--seed", std::to_string(count), "--png"})
                  .status,
              0);
    make_directories(folder / "set");
    fs::rename(folder / part / "png", folder / "set" / part);
  }
  const auto inspect = call_digits({"inspect", "--data", folder / "set", "--json"});
  ASSERT_EQ(inspect.status, 0) << inspect.err;
  const auto data = Json::parse(inspect.out);
  EXPECT_EQ(data.at("data"), Json(Schema{12, 14, 1, numbered_class_names(4)}));
  EXPECT_THAT(data.at("train").at("class_counts").get<std::vector<int>>(), testing::Each(10));
  EXPECT_THAT(data.at("test").at("class_counts").get<std::vector<int>>(), testing::Each(5));
}

// An IDX file of float32 or float64 numbers from 0 to 1, most significant byte first.
template <typename Float, typename Bits>
std::string float_idx(char type, const std::vector<std::uint32_t>& dims,
                      const std::vector<std::uint8_t>& pixels) {
  std::string bytes{0, 0, type, static_cast<char>(dims.size())};
  const auto append = [&](std::uint64_t value, int size) {
    for (int b = size - 1; b >= 0; --b) bytes.push_back(static_cast<char>(value >> (8 * b)));
  };
  for (const auto dim : dims) append(dim, 4);
  for (const auto pixel : pixels) {
    const auto number = static_cast<Float>(pixel / 255.0);
    Bits bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    append(bits, sizeof bits);
  }
  return bytes;
}

// The set in floating-point numbers has the same fingerprint. Damaged numbers are named.
TEST(OtherSets, FloatingPointPixelsAreRead) {
  const TemporaryDirectory folder;
  const auto train = draw(100, 12, 5, 0);
  const auto test = draw(50, 12, 5, 100);
  for (const char* name : {"bytes", "floats"}) {
    make_directories(folder / name);
    save_dataset(folder / name, Part::kTrain, train);
    save_dataset(folder / name, Part::kTest, test);
  }
  for (const auto part : {Part::kTrain, Part::kTest}) {
    fs::remove(folder / "floats" / (part_names(part).images + ".gz"));
  }
  write_file(folder / "floats" / part_names(Part::kTrain).images,
             float_idx<float, std::uint32_t>(0x0D, {100, 12, 12}, train.images));
  const auto test_file = folder / "floats" / part_names(Part::kTest).images;
  write_file(test_file, float_idx<double, std::uint64_t>(0x0E, {50, 12, 12}, test.images));
  const auto inspect = [&](const char* name) {
    return call_digits({"inspect", "--data", folder / name, "--json"});
  };
  const auto bytes = inspect("bytes");
  const auto floats = inspect("floats");
  ASSERT_EQ(floats.status, 0) << floats.err;
  EXPECT_EQ(Json::parse(floats.out).at("train"), Json::parse(bytes.out).at("train"));
  EXPECT_EQ(Json::parse(floats.out).at("test"), Json::parse(bytes.out).at("test"));

  auto broken = read_file(test_file);
  broken.replace(16 + 8 * (7 * 144 + 5), 2, "\x7F\xF8");  // a NaN in image 7
  write_file(test_file, broken);
  const auto refused = inspect("floats");
  EXPECT_EQ(refused.status, 3);
  EXPECT_THAT(refused.err, testing::HasSubstr("data.not_finite"));
  EXPECT_THAT(refused.err, testing::HasSubstr("(first: 7)"));
}

}  // namespace
}  // namespace digits
