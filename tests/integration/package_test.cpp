// The package as a contract: it predicts what was trained, and refuses when it is not that any
// more.
#include "model/package.h"

#include <c10/core/Device.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "data/load.h"
#include "integration/tiny_run.h"
#include "metrics/evaluation.h"
#include "model/checkpoint.h"
#include "model/tensors.h"
#include "support/python.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

const char* const kFiles[] = {"model.pt",      "model.safetensors", "golden.safetensors",
                              "manifest.json", "profile.json",      "SHA256SUMS"};

Package load(const fs::path& folder) { return Package::load(folder, c10::kCPU); }

// Writes SHA256SUMS anew, as someone would who wants a changed package to pass.
void resign(const fs::path& package) {
  std::map<std::string, std::string> sorted;
  for (const char* name : kFiles) {
    if (std::string(name) != "SHA256SUMS") sorted[name] = sha256(read_file(package / name));
  }
  std::string sums;
  for (const auto& [name, hash] : sorted) sums += hash + "  " + name + "\n";
  write_file(package / "SHA256SUMS", sums);
}

// A copy of the tiny run's package to damage.
struct Copy {
  Copy() { fs::copy(tiny_run().package(), folder / "package"); }
  fs::path path() const { return folder / "package"; }
  TemporaryDirectory folder;
};

// The packaged model's accuracy is the one in evaluation.json: what was evaluated is what is
// served.
TEST(Package, PredictsWhatWasEvaluated) {
  const auto package = load(tiny_run().package());
  const auto test = load_dataset(fixtures() / "tiny", Part::kTest, package.schema().class_names);
  const auto logits = package.logits(test.images.data(), test.size());
  const auto evaluation = evaluate_logits(logits, test.labels, test.schema.class_names);
  const auto reported = Json::parse(read_file(tiny_run().path() / "evaluation.json"));
  EXPECT_EQ(evaluation.accuracy.value, reported.at("accuracy").at("value"));
  EXPECT_EQ(Json(evaluation.confusion), reported.at("confusion"));
  EXPECT_NEAR(evaluation.loss, reported.at("loss"), 1e-5);  // two orders of summation
}

TEST(Package, ManifestSaysWhereItComesFrom) {
  const auto package = load(tiny_run().package());
  const auto& lineage = package.manifest().at("lineage");
  EXPECT_EQ(lineage.at("seed"), 3);
  EXPECT_THAT(lineage.at("config").get<std::string>(), testing::HasSubstr("data/fixtures/tiny"));
  const auto data = Json::parse(read_file(tiny_run().path() / "data.json"));
  EXPECT_EQ(lineage.at("train_data"), data.at("train").at("fingerprint"));
  EXPECT_TRUE(lineage.at("versions").contains("libtorch"));
  EXPECT_EQ(package.manifest().at("metrics").at("accuracy").at("n"), 200);
}

// Lineage is what the model was trained with, whatever the packaging command was given.
TEST(Package, LineageIsThatOfTheTraining) {
  const TemporaryDirectory folder;
  const auto result = call_digits({"package", tiny_run().path(), "--seed", "99", "--threads", "2",
                                   "--out", folder / "package"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(load(folder / "package").manifest().at("lineage"),
            load(tiny_run().package()).manifest().at("lineage"));
}

// One byte, anywhere, in any file: refused before Torch parses it.
TEST(Package, EditedByOneByteIsRefused) {
  const Copy copy;
  Rng rng(test_seed(), Stream::kTest);
  for (const char* name : kFiles) {
    const auto original = read_file(copy.path() / name);
    for (int trial = 0; trial < 40; ++trial) {
      auto edited = original;
      const auto at = rng.below(static_cast<std::uint32_t>(edited.size()));
      edited[at] = static_cast<char>(edited[at] ^ (1U << rng.below(8)));
      write_file(copy.path() / name, edited);
      EXPECT_EQ(error_code([&] { load(copy.path()); }), "package.hash") << name << " at " << at;
    }
    write_file(copy.path() / name, original);
  }
  load(copy.path());  // and whole again, it loads
}

TEST(Package, TruncatedOrMissingFilesAreRefused) {
  const Copy copy;
  for (const char* name : kFiles) {
    const auto original = read_file(copy.path() / name);
    write_file(copy.path() / name, original.substr(0, original.size() / 2));
    EXPECT_EQ(error_code([&] { load(copy.path()); }), "package.hash") << name;
    fs::remove(copy.path() / name);
    EXPECT_EQ(error_code([&] { load(copy.path()); }), "package.missing") << name;
    write_file(copy.path() / name, original);
  }
  EXPECT_EQ(error_code([&] { load(copy.folder / "nowhere"); }), "package.missing");
}

// Hashes can be made to fit; the golden logits still know what the model must say.
TEST(Package, GoldenLogitsCatchAnotherModel) {
  const Copy copy;
  auto checkpoint = load_checkpoint(tiny_run().path() / "checkpoint" / "best.safetensors");
  initialise(checkpoint.network, test_seed() + 1000);
  const auto test = load_dataset(fixtures() / "tiny", Part::kTest);
  write_package(copy.folder / "other", checkpoint.network,
                {checkpoint.info.schema, {}, {}, make_profile(test, 1)}, test, c10::kCPU);
  fs::copy_file(copy.folder / "other" / "model.pt", copy.path() / "model.pt",
                fs::copy_options::overwrite_existing);
  resign(copy.path());
  EXPECT_EQ(error_code([&] { load(copy.path()); }), "package.golden");
}

// Consistent hashes over nonsense: a named error, not a crash.
TEST(Package, ResignedNonsenseIsRefused) {
  for (const auto& [name, bytes, code] :
       {std::array{"model.pt", "not an archive", "package.malformed"},
        std::array{"golden.safetensors", "nor is this", "package.malformed"},
        std::array{"manifest.json", "{}", "package.malformed"},
        std::array{"manifest.json", "{", "package.malformed"},
        std::array{"manifest.json", "{\"schema\": \"digits.manifest/9\"}", "package.schema"},
        std::array{"profile.json", "{\"schema\": \"digits.profile/1\"}", "package.malformed"},
        std::array{"profile.json", "{\"schema\": \"digits.profile/9\"}", "package.schema"}}) {
    const Copy copy;
    write_file(copy.path() / name, bytes);
    resign(copy.path());
    EXPECT_EQ(error_code([&] { load(copy.path()); }), code) << name << ": " << bytes;
  }
}

// A manifest that fits its hashes but not its model must not decide how far memory is read.
TEST(Package, ManifestMustFitTheModel) {
  const auto change = [](const char* key, const Json& value) {
    const Copy copy;
    auto manifest = Json::parse(read_file(copy.path() / "manifest.json"));
    manifest["data"][key] = value;
    write_file(copy.path() / "manifest.json", manifest.dump());
    resign(copy.path());
    return error_code([&] { load(copy.path()); });
  };
  for (const int size : {0, -28, 14, 2147483647}) {
    EXPECT_EQ(change("rows", size), "package.malformed") << size;
    EXPECT_EQ(change("channels", size), "package.malformed") << size;
  }
  EXPECT_EQ(change("class_names", {"0", "1", "2"}), "package.malformed");
  EXPECT_EQ(change("class_names", Json::array()), "package.malformed");
}

// The same through the command line: status 5.
TEST(Package, RefusalHasStatusFive) {
  const Copy copy;
  auto bytes = read_file(copy.path() / "model.pt");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(copy.path() / "model.pt", bytes);
  const auto result =
      call_digits({"predict", "--model", copy.path(), fixtures() / "digits" / "3-small.png"});
  EXPECT_EQ(result.status, 5);
  EXPECT_THAT(result.err, testing::StartsWith("digits: package.hash: "));
  EXPECT_EQ(result.out, "");
}

// Packaging again into the same place must not replace what may be in use.
TEST(Package, IsNeverOverwritten) {
  const auto before = read_file(tiny_run().package() / "SHA256SUMS");
  const auto again = call_digits({"package", tiny_run().path()});
  EXPECT_EQ(again.status, 2);
  EXPECT_THAT(again.err, testing::HasSubstr("output.exists"));
  EXPECT_EQ(read_file(tiny_run().package() / "SHA256SUMS"), before);
}

// The standard tool agrees with our hashes.
TEST(Package, SumsAreThoseOfSha256sum) {
  ProcessOptions options;
  options.directory = tiny_run().package();
  EXPECT_EQ(run_process({"sha256sum", "--check", "--strict", "SHA256SUMS"}, options).status, 0);
}

// An IDX file and its images one by one get the same answers.
TEST(Predict, ReadsIdxFilesAndFolders) {
  const auto idx = (fixtures() / "tiny" / "t10k-images-idx3-ubyte.gz").string();
  const auto by_file = call_digits({"predict", "--json", "--model", tiny_run().package(), idx});
  const auto by_folder =
      call_digits({"predict", "--json", "--model", tiny_run().package(), fixtures() / "tiny"});
  ASSERT_EQ(by_file.status, 0) << by_file.err;
  EXPECT_EQ(by_file.out, by_folder.out);
  EXPECT_EQ(std::count(by_file.out.begin(), by_file.out.end(), '\n'), 200);
  const auto first = Json::parse(by_file.out.substr(0, by_file.out.find('\n')));
  EXPECT_EQ(first.at("path"), idx);
  EXPECT_EQ(first.at("index"), 0);
  EXPECT_EQ(first.at("probabilities").size(), 10U);
  double sum = 0.0;
  for (const double p : first.at("probabilities")) sum += p;
  EXPECT_NEAR(sum, 1.0, 1e-9);
}

// An image that travels as PNG gets the answer that it gets from its IDX file.
TEST(Predict, PngAndIdxAgree) {
  const TemporaryDirectory folder;
  ASSERT_EQ(call_digits({"synth", "--out", folder / "set", "--train", "10", "--test", "20",
                         "--rows", "20", "--cols", "20", "--png"})
                .status,
            0);
  const auto model = tiny_run().package().string();
  const auto idx = call_digits({"predict", "--json", "--model", model, folder / "set"});
  ASSERT_EQ(idx.status, 0) << idx.err;
  std::istringstream lines(idx.out);
  int i = 0;
  for (std::string line; std::getline(lines, line); ++i) {
    const auto png = folder / "set" / "png" / std::to_string(i % 10) / fmt::format("{:05}.png", i);
    const auto one = call_digits({"predict", "--json", "--model", model, png});
    ASSERT_EQ(one.status, 0) << one.err;
    EXPECT_EQ(Json::parse(one.out).at("label"), Json::parse(line).at("label")) << png;
  }
  EXPECT_EQ(i, 20);
}

// Another runtime: Python's torch.jit.load and a safetensors reader in plain Python.
TEST(Package, PythonGivesTheGoldenLogits) {
  const auto python = python_with("torch");
  if (python.empty()) {
    GTEST_SKIP() << "no python3 that can import torch (Debian: apt-get install python3-torch)";
  }
  const auto result = run_process({python, DIGITS_SOURCE_DIR "/tests/integration/read_package.py",
                                   tiny_run().package(), DIGITS_SOURCE_DIR "/examples/python"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, testing::HasSubstr("golden logits agree"));
}

}  // namespace
}  // namespace digits
