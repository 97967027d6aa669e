// The examples of examples/python run as they stand, on a package as it stands.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/files.h"
#include "base/json.h"
#include "integration/tiny_run.h"
#include "support/python.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

ProcessResult run_example(const std::string& python, const std::string& name,
                          std::vector<std::string> arguments) {
  const auto script = DIGITS_SOURCE_DIR "/examples/python/" + name;
  arguments.insert(arguments.begin(), {python, script});
  return run_process(arguments);
}

constexpr const char* kNeedsTorch =
    "no python3 that can import torch and PIL (Debian: apt-get install python3-torch python3-pil)";

// What the example says of an IDX file and of PNG files is what `digits predict` says of them.
TEST(PythonExamples, PredictAgreesWithDigits) {
  const auto python = python_with({"torch", "PIL"});
  if (python.empty()) GTEST_SKIP() << kNeedsTorch;
  const TemporaryDirectory folder;
  ASSERT_EQ(call_digits({"synth", "--out", folder / "set", "--train", "10", "--test", "20",
                         "--rows", "20", "--cols", "20", "--png"})
                .status,
            0);
  std::vector<std::string> files{folder / "set" / "t10k-images-idx3-ubyte.gz"};
  for (const int i : {3, 14}) {
    files.push_back(folder / "set" / "png" / std::to_string(i % 10) / fmt::format("{:05}.png", i));
  }
  std::vector<std::string> arguments{tiny_run().package()};
  std::vector<std::string> options{"predict", "--json", "--model", tiny_run().package()};
  arguments.insert(arguments.end(), files.begin(), files.end());
  options.insert(options.end(), files.begin(), files.end());
  const auto theirs = run_example(python, "predict.py", arguments);
  const auto ours = call_digits(options);
  ASSERT_EQ(theirs.status, 0) << theirs.err;
  ASSERT_EQ(ours.status, 0) << ours.err;

  std::istringstream their_lines(theirs.out), our_lines(ours.out);
  int count = 0;
  for (std::string line; std::getline(our_lines, line); ++count) {
    const auto answer = Json::parse(line);
    std::string path, label;
    int index = -1;
    double probability = -1.0;
    ASSERT_TRUE(their_lines >> path >> index >> label >> probability) << theirs.out;
    EXPECT_EQ(path, answer.at("path"));
    EXPECT_EQ(index, answer.value("index", 0));
    EXPECT_EQ(label, answer.at("label"));
    const auto probabilities = answer.at("probabilities").get<std::vector<double>>();
    EXPECT_NEAR(probability, *std::max_element(probabilities.begin(), probabilities.end()), 1e-4);
  }
  EXPECT_EQ(count, 22);
}

// The model is not even looked at when a byte of it is not the packaged one; nor is an image of
// another size.
TEST(PythonExamples, PredictRefusesWhatDoesNotFit) {
  const auto python = python_with({"torch", "PIL"});
  if (python.empty()) GTEST_SKIP() << kNeedsTorch;
  const auto small = (fixtures() / "digits" / "3-small.png").string();  // 28 x 28, not 20 x 20
  const auto other_size = run_example(python, "predict.py", {tiny_run().package(), small});
  EXPECT_EQ(other_size.status, 1);
  EXPECT_THAT(other_size.err, testing::HasSubstr("3-small.png: images (28, 28, 1)"));

  const TemporaryDirectory folder;
  const auto package = folder / "package";
  fs::copy(tiny_run().package(), package);
  auto bytes = read_file(package / "model.pt");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(package / "model.pt", bytes);
  const auto damaged = run_example(python, "predict.py", {package, small});
  EXPECT_EQ(damaged.status, 1);
  EXPECT_THAT(damaged.err, testing::HasSubstr("model.pt: not the file that was packaged"));
  EXPECT_EQ(damaged.out, "");
}

// Any Python will do, and a file that is cut short is no file.
TEST(PythonExamples, ReaderListsWeights) {
  const auto python = python_with({});
  if (python.empty()) GTEST_SKIP() << "no python3 to read with";
  const auto weights = tiny_run().package() / "model.safetensors";
  const auto listed = run_example(python, "safetensors_reader.py", {weights});
  ASSERT_EQ(listed.status, 0) << listed.err;
  EXPECT_THAT(listed.out, testing::ContainsRegex("conv0.weight +F32 \\[16, 4, 3, 3\\] +from -"));
  EXPECT_THAT(listed.out,
              testing::ContainsRegex("norm0.num_batches_tracked +I64 \\[\\] +from [0-9]"));

  const TemporaryDirectory folder;
  const auto bytes = read_file(weights);
  for (const std::size_t size : {std::size_t{4}, std::size_t{100}, bytes.size() - 4}) {
    write_file(folder / "cut", bytes.substr(0, size));
    const auto cut = run_example(python, "safetensors_reader.py", {folder / "cut"});
    EXPECT_EQ(cut.status, 1) << size;
    EXPECT_THAT(cut.err, testing::HasSubstr("ValueError")) << size;
  }
}

}  // namespace
}  // namespace digits
