// The examples of examples/python run unchanged on an unchanged package.
#include <fmt/format.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "base/files.h"
#include "base/json.h"
#include "integration/package_copy.h"
#include "support/python.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

ProcessResult run_example(const std::string& python, const std::string& name,
                          std::vector<std::string> arguments) {
  const auto script = source_path("examples/python/" + name);
  arguments.insert(arguments.begin(), {python, script});
  return run_process(arguments);
}

constexpr const char* kNeedsTorch =
    "no python3 that can import torch and PIL (Debian: apt-get install python3-torch python3-pil)";

// The example and `digits predict` agree on an IDX file and on PNG files.
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

// The example does not load a model with a changed byte, and rejects an image of another size.
TEST(PythonExamples, PredictRejectsAChangedModelAndAnotherImageSize) {
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

// Runs predict.py's main() on several lists of arguments in one process, since Python and torch
// take a second to start, and prints the result of each.
constexpr const char* kEndings = R"(
import json, sys
sys.path.insert(0, sys.argv[1])
import predict
for words in json.loads(sys.argv[2]):
    sys.argv = ['predict.py', *words]
    try:
        predict.main()
    except SystemExit as end:
        print('ends with:', end)
)";

// The error message, as a regular expression, that predict.py must print for a package and an
// image.
struct Refusal {
  fs::path package;
  fs::path image;
  std::string ending;
};

// Expects one such line for each case and nothing else: no prediction and no traceback.
void expect_refusals(const std::string& python, const std::vector<Refusal>& refusals) {
  auto commands = Json::array();
  for (const auto& refusal : refusals) {
    commands.push_back(Json{refusal.package.string(), refusal.image.string()});
  }
  const auto result =
      run_process({python, "-Bc", kEndings, source_path("examples/python"), commands.dump()});
  ASSERT_EQ(result.status, 0) << result.err;
  std::istringstream lines(result.out);
  std::string line;
  for (const auto& refusal : refusals) {
    ASSERT_TRUE(std::getline(lines, line)) << refusal.ending;
    EXPECT_TRUE(std::regex_match(line, std::regex("ends with: .*" + refusal.ending)))
        << line << "\nexpected " << refusal.ending;
  }
  EXPECT_FALSE(std::getline(lines, line)) << line;
}

fs::path tiny_images() { return fixtures() / "tiny" / "t10k-images-idx3-ubyte.gz"; }

// One line names the missing or invalid file.
TEST(PythonExamples, PredictNamesInvalidFiles) {
  const auto python = python_with({"torch", "PIL"});
  if (python.empty()) GTEST_SKIP() << kNeedsTorch;
  const TemporaryDirectory folder;
  write_file(folder / "no.png", "this is not a PNG");
  write_file(folder / "no.gz", read_file(tiny_images()).substr(0, 100));
  write_file(folder / "SHA256SUMS", "x  model.pt\n");
  const auto package = tiny_run().package();
  expect_refusals(python,
                  {{folder / "none", tiny_images(), "none: FileNotFoundError: .*SHA256SUMS.*"},
                   {folder.path(), tiny_images(), ": SHA256SUMS has a line 'x  model.pt', .*"},
                   {package, folder / "none", "none: FileNotFoundError: .*"},
                   {package, folder / "no.png", "no.png: UnidentifiedImageError: .*"},
                   {package, folder / "no.gz", "no.gz: EOFError: .*"}});
}

// The example rejects the packages that digits rejects, even with matching sums: omitted files,
// another format, another model, any tolerance in the manifest.
TEST(PythonExamples, PredictRejectsInvalidPackagesWithMatchingSums) {
  const auto python = python_with({"torch", "PIL"});
  if (python.empty()) GTEST_SKIP() << kNeedsTorch;
  const PackageCopy unlisted[5], later, other;
  std::vector<Refusal> refusals;
  for (const char* name :
       {"model.pt", "model.safetensors", "golden.safetensors", "manifest.json", "profile.json"}) {
    const auto package = unlisted[refusals.size()].path();
    fs::remove(package / name);
    renew_sums(package);
    refusals.push_back({package, tiny_images(), std::string("SHA256SUMS does not list ") + name});
  }
  edit_manifest(later, [](Json& manifest) { manifest["schema"] = "digits.manifest/3"; });
  refusals.push_back(
      {later.path(), tiny_images(), "manifest.json of schema digits.manifest/3, .*"});
  const TemporaryDirectory folder;
  write_other_package(folder / "package");
  fs::copy(folder / "package" / "model.pt", other.path() / "model.pt",
           fs::copy_options::overwrite_existing);
  edit_manifest(other, [](Json& manifest) { manifest["golden"]["tolerance"] = 1e9; });
  refusals.push_back({other.path(), tiny_images(), "golden logits differ by .*, .* up to 0.0001"});
  expect_refusals(python, refusals);
}

// `predict.py ... | head -1` is no error.
TEST(PythonExamples, PredictExitsQuietlyOnABrokenPipe) {
  const auto python = python_with({"torch", "PIL"});
  if (python.empty()) GTEST_SKIP() << kNeedsTorch;
  const auto result =
      run_process({"bash", "-c", "\"$@\" | true", "bash", python,
                   source_path("examples/python/predict.py"), tiny_run().package(), tiny_images()});
  EXPECT_EQ(result.err, "");
}

// The reader works with any Python, and rejects a truncated file.
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
