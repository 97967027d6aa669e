// User errors: each has a code, a documented exit status and one line of text, and leaves no output
// that looks complete.
#include <algorithm>
#include <functional>

#include "base/files.h"
#include "data/gzip.h"
#include "data/idx.h"
#include "data/load.h"
#include "integration/tiny_run.h"
#include "pipeline/config.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// Expects one line on stderr with the code in it, and this exit status. Warnings about the data may
// precede it.
void expect_refused(ProcessResult result, int status, const std::string& code) {
  while (result.err.rfind("[warning] data.", 0) == 0)
    result.err.erase(0, result.err.find('\n') + 1);
  EXPECT_EQ(result.status, status) << result.err;
  EXPECT_THAT(result.err, testing::StartsWith("digits: " + code + ": "));
  EXPECT_THAT(result.err, testing::HasSubstr("(hint: "));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
}

// A copy of the tiny set with one file damaged by `damage`, which gets the file's plain bytes.
struct Broken {
  const char* name;
  const char* file;
  const char* code;
  std::function<std::string(std::string)> damage;
};

std::vector<Broken> broken_sets() {
  const char* train_images = "train-images-idx3-ubyte";
  const char* train_labels = "train-labels-idx1-ubyte";
  const char* test_labels = "t10k-labels-idx1-ubyte";
  const auto set_byte = [](std::size_t i, char value) {
    return [=](std::string bytes) {
      bytes.at(i) = value;
      return bytes;
    };
  };
  return {
      {"empty file", train_images, "idx.truncated", [](const std::string&) { return ""; }},
      {"truncated", train_images, "idx.truncated",
       [](std::string bytes) { return bytes.substr(0, bytes.size() - 1); }},
      {"over-long", train_images, "idx.trailing",
       [](std::string bytes) { return std::move(bytes.append(1, 'x')); }},
      {"wrong magic", train_images, "idx.magic", set_byte(0, 'P')},
      {"wrong type", train_images, "idx.type", set_byte(2, 0x0A)},
      {"wrong rank", train_labels, "idx.rank", set_byte(3, 9)},
      {"label out of range", test_labels, "data.label_range", set_byte(8 + 17, 10)},
      {"counts differ", train_labels, "data.count_mismatch",
       [](std::string bytes) {
         bytes[7] = static_cast<char>(bytes[7] - 1);
         return bytes.substr(0, bytes.size() - 1);
       }},
      {"damaged gzip", train_images, "input.gzip",
       [](const std::string& bytes) { return gzip(bytes).substr(0, 1000); }},
      {"a class missing", train_labels, "data.missing_class",
       [](std::string bytes) {
         std::replace(bytes.begin() + 8, bytes.end(), '\4', '\5');
         return bytes;
       }},
      {"inverted", train_images, "data.inverted",
       [](std::string bytes) {
         std::transform(bytes.begin() + 16, bytes.end(), bytes.begin() + 16,
                        [](char pixel) { return static_cast<char>(~pixel); });
         return bytes;
       }},
      {"all blank", train_images, "data.constant_image",
       [](std::string bytes) { return bytes.substr(0, 16) + std::string(bytes.size() - 16, 0); }},
  };
}

// Invalid data stop the run before it writes anything: no run directory exists.
TEST(BadData, StopsTheRunBeforeAnyOutput) {
  for (const auto& broken : broken_sets()) {
    SCOPED_TRACE(broken.name);
    const TemporaryDirectory folder;
    fs::copy(fixtures() / "tiny", folder / "set");
    const auto zipped = folder / "set" / (std::string(broken.file) + ".gz");
    const auto bytes = gunzip(read_file(zipped), broken.file, 1 << 24);
    fs::remove(zipped);
    write_file(folder / "set" / broken.file, broken.damage(bytes));
    const auto run = call_digits({"run", "--config", "data/fixtures/tiny.toml", "--data",
                                  folder / "set", "--out", folder / "run"});
    expect_refused(run, 3, broken.code);
    EXPECT_FALSE(fs::exists(folder / "run"));
  }
}

TEST(BadData, MissingPartsAreNamed) {
  const TemporaryDirectory folder;
  const auto out = (folder / "run").string();
  expect_refused(call_digits({"run", "--data", folder / "none", "--out", out}), 3, "input.missing");
  expect_refused(call_digits({"run", "--data", folder.path(), "--out", out}), 3, "input.missing");
  expect_refused(call_digits({"run", "--data", fixtures() / "tiny.toml", "--out", out}), 3,
                 "input.not_a_folder");
  expect_refused(call_digits({"inspect", "--data", folder / "none"}), 3, "input.missing");
  fs::copy(fixtures() / "tiny", folder / "set");
  fs::remove(folder / "set" / "train-images-idx3-ubyte.gz");
  fs::create_directories(folder / "set" / "train-images-idx3-ubyte");
  expect_refused(call_digits({"inspect", "--data", folder / "set"}), 3, "input.not_a_file");
  EXPECT_FALSE(fs::exists(out));
}

// A test set other than that of the run is rejected, since its metrics would be reported as the
// run's.
TEST(BadData, EvaluateRejectsAChangedTestSet) {
  const TemporaryDirectory folder;
  fs::copy(fixtures() / "tiny", folder / "set");
  ASSERT_EQ(call_digits({"train", "--config", "data/fixtures/tiny.toml", "--data", folder / "set",
                         "--out", folder / "run"})
                .status,
            0);
  auto test = load_dataset(folder / "set", Part::kTest);
  test.images[1234] = static_cast<std::uint8_t>(test.images[1234] ^ 255);
  save_dataset(folder / "set", Part::kTest, test);
  expect_refused(call_digits({"evaluate", folder / "run"}), 3, "data.changed");
  EXPECT_FALSE(fs::exists(folder / "run" / "evaluation.json"));
}

// A configuration that cannot train on the set is rejected before a run directory exists, so the
// corrected command can use the same --out.
TEST(BadUsage, ImpossibleTrainingLeavesNoFolder) {
  const TemporaryDirectory folder;
  auto config = load_config(fixtures() / "tiny.toml", Config());
  config.train.batch_size = 5000;
  write_file(folder / "config.toml", to_toml(config));
  expect_refused(call_digits({"run", "--config", folder / "config.toml", "--out", folder / "run"}),
                 2, "config.train");
  EXPECT_FALSE(fs::exists(folder / "run"));
}

// Metrics of other weights than the checkpoint's must not pass the gate.
TEST(BadData, PackageRejectsAChangedCheckpoint) {
  const TemporaryDirectory folder;
  fs::copy(tiny_run().path(), folder / "run", fs::copy_options::recursive);
  fs::remove_all(folder / "run" / "package");
  auto evaluation = Json::parse(read_file(folder / "run" / "evaluation.json"));
  const auto weights = evaluation.at("weights_sha256").get<std::string>();
  evaluation["weights_sha256"] = "0123456789abcdef" + std::string(48, '0');
  write_json(folder / "run" / "evaluation.json", evaluation);
  const auto changed = call_digits({"package", folder / "run"});
  expect_refused(changed, 5, "checkpoint.changed");
  EXPECT_THAT(changed.err,
              testing::EndsWith("checkpoint.changed: weights " + weights.substr(0, 12) +
                                ", expected 0123456789ab as evaluated (hint: evaluate the run "
                                "again)\n"));
  evaluation.erase("weights_sha256");
  write_json(folder / "run" / "evaluation.json", evaluation);
  expect_refused(call_digits({"package", folder / "run"}), 3, "input.malformed");
  fs::remove(folder / "run" / "evaluation.json");
  expect_refused(call_digits({"package", folder / "run"}), 3, "input.missing");
  EXPECT_FALSE(fs::exists(folder / "run" / "package"));
}

TEST(BadUsage, ExitsWithStatus2) {
  expect_refused(call_digits({"rnu"}), 2, "usage.command");
  expect_refused(call_digits({"run", "--sede", "1"}), 2, "usage.option");
  expect_refused(call_digits({"run", "stray"}), 2, "usage.argument");
  expect_refused(call_digits({"run", "--seed", "x"}), 2, "usage.option");
  expect_refused(call_digits({"run", "--preset", "slow"}), 2, "config.preset");
  expect_refused(call_digits({"run", "--device", "tpu"}), 2, "device.unknown");
  expect_refused(call_digits({"synth"}), 2, "usage.option");
  expect_refused(call_digits({"evaluate"}), 2, "usage.argument");
  expect_refused(call_digits({"predict", "x.png"}), 2, "usage.option");
  EXPECT_EQ(call_digits({}).status, 2);
}

TEST(BadOutput, IsRejectedBeforeComputation) {
  const TemporaryDirectory folder;
  write_file(folder / "file", "x");
  const std::vector<std::string> run{"run", "--config", "data/fixtures/tiny.toml", "--out"};
  const auto into = [&](const fs::path& out) {
    auto arguments = run;
    arguments.push_back(out);
    return call_digits(arguments);
  };
  expect_refused(into(folder / "file" / "run"), 2, "output.unwritable");
  expect_refused(into(folder / "file"), 2, "output.exists");
  expect_refused(into(tiny_run().path()), 2, "output.exists");
  expect_refused(call_digits({"synth", "--out", tiny_run().path()}), 2, "output.exists");
}

// Everything below a folder, folders too.
std::vector<std::string> everything_below(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) names.push_back(entry.path());
  std::sort(names.begin(), names.end());
  return names;
}

// The disk is full after the package's smaller files. The error is named, and no part of the
// package remains, not even an empty folder.
TEST(BadOutput, FullDiskLeavesNoPartialPackage) {
  const TemporaryDirectory folder;
  fs::copy(tiny_run().path(), folder / "run", fs::copy_options::recursive);
  fs::remove_all(folder / "run" / "package");
  const auto before = everything_below(folder.path());
  ProcessOptions options;
  options.file_size_limit = static_cast<long>(fs::file_size(tiny_run().package() / "model.pt")) - 1;
  ASSERT_GT(options.file_size_limit, fs::file_size(tiny_run().package() / "golden.safetensors"));
  expect_refused(
      run_digits({"package", folder / "run", "--out", folder / "run" / "package"}, options), 1,
      "disk.full");
  EXPECT_EQ(everything_below(folder.path()), before);
}

// The same during training: no checkpoint and no temporary file remains.
TEST(BadOutput, FullDiskLeavesNoPartialCheckpoint) {
  const TemporaryDirectory folder;
  ProcessOptions options;
  options.file_size_limit = 20000;
  const auto run =
      run_digits({"run", "--config", "data/fixtures/tiny.toml", "--out", folder / "run"}, options);
  EXPECT_EQ(run.status, 1);
  EXPECT_THAT(run.err, testing::HasSubstr("disk.full"));
  EXPECT_THAT(files_below(folder.path()),
              testing::ElementsAre("run/config.toml", "run/data.json", "run/gates.toml",
                                   "run/history.jsonl", "run/numerics.json", "run/profile.json"));
}

TEST(BadOutput, FullDiskDuringSynthLeavesNoFile) {
  const TemporaryDirectory folder;
  ProcessOptions options;
  options.file_size_limit = 20000;
  const auto synth = run_digits({"synth", "--out", folder / "set", "--train", "500"}, options);
  expect_refused(synth, 1, "disk.full");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

// Results that cannot be printed are an error.
TEST(BadOutput, FullStandardOutputIsAnError) {
  ProcessOptions options;
  options.stdout_path = "/dev/full";
  expect_refused(run_digits({"--version"}, options), 1, "disk.full");
  // More than one buffer fails inside the printing function instead of at the end.
  expect_refused(
      run_digits({"predict", "--json", "--model", tiny_run().package(), fixtures() / "tiny"},
                 options),
      1, "disk.full");
}

// Four unreadable inputs beside a readable image: the image is classified, and each of the four is
// named and counted.
TEST(BadImages, AreNamedAndOtherImagesAreClassified) {
  const TemporaryDirectory folder;
  write_file(folder / "text.png", "this is not a PNG");
  write_file(folder / "empty.png", "");
  fs::create_directories(folder / "no images");
  const auto result = call_digits({"predict", "--model", tiny_run().package(), folder / "text.png",
                                   folder / "empty.png", folder / "missing.png",
                                   folder / "no images", fixtures() / "digits" / "3-large.png"});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.out, testing::HasSubstr("3-large.png"));
  EXPECT_THAT(result.err,
              testing::HasSubstr("image.unreadable: " + (folder / "text.png").string()));
  EXPECT_THAT(result.err,
              testing::HasSubstr("image.unreadable: " + (folder / "empty.png").string()));
  EXPECT_THAT(result.err,
              testing::HasSubstr("input.missing: " + (folder / "missing.png").string()));
  EXPECT_THAT(result.err, testing::HasSubstr("input.missing: " + (folder / "no images").string()));
  EXPECT_THAT(result.err, testing::EndsWith("\ndigits: 4 inputs could not be read\n"));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 5);
}

}  // namespace
}  // namespace digits
