// The package as a contract: it predicts as evaluated, and is rejected after any change.
#include "inference/package.h"

#include <c10/core/Device.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "data/load.h"
#include "integration/package_copy.h"
#include "metrics/evaluation.h"
#include "model/checkpoint.h"
#include "model/safetensors.h"
#include "model/tensors.h"
#include "support/python.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// The packaged model's accuracy is the one in evaluation.json, so the evaluated model is the served
// model.
TEST(Package, AccuracyMatchesTheEvaluation) {
  const auto package = load_package(tiny_run().package());
  const auto test = load_dataset(fixtures() / "tiny", Part::kTest, package.schema().class_names);
  const auto logits = package.logits(test.images.data(), test.size());
  const auto evaluation = evaluate_logits(logits, test.labels, test.schema.class_names);
  const auto reported = Json::parse(read_file(tiny_run().path() / "evaluation.json"));
  EXPECT_EQ(evaluation.accuracy.value, reported.at("accuracy").at("value"));
  EXPECT_EQ(Json(evaluation.confusion), reported.at("confusion"));
  EXPECT_NEAR(evaluation.loss, reported.at("loss"), 1e-5);  // two orders of summation
}

// With matching sums the golden logits still detect another model, and no manifest can prevent it.
TEST(Package, GoldenLogitsDetectAnotherModel) {
  const PackageCopy copy;
  write_other_package(copy.folder / "other");
  fs::copy_file(copy.folder / "other" / "model.pt", copy.path() / "model.pt",
                fs::copy_options::overwrite_existing);
  renew_sums(copy.path());
  EXPECT_EQ(error_code([&] { load_package(copy.path()); }), "package.golden");
  edit_manifest(copy, [](Json& manifest) { manifest["golden"]["tolerance"] = 1e9; });
  EXPECT_EQ(error_code([&] { load_package(copy.path()); }), "package.golden");
}

// model.pt is replaced by another model after it is opened: the verified bytes are executed. (A
// pipe fixes the moment, since its writer knows when it is opened.)
TEST(Package, SwappedModelIsNotExecuted) {
  const PackageCopy copy;
  write_other_package(copy.folder / "other");
  const auto path = copy.path() / "model.pt";
  const auto bytes = read_file(path);
  fs::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream pipe(path, std::ios::binary);  // waits for the reader
    fs::rename(copy.folder / "other" / "model.pt", path);
    pipe << bytes;
  });
  EXPECT_EQ(error_code([&] { Package::load(copy.path(), c10::kCPU, "torchscript"); }), "no error");
  const int unread = ::open(path.c_str(), O_RDONLY | O_NONBLOCK);  // lets a writer go that waits
  writer.join();
  ::close(unread);
}

// A TorchScript archive of a later LibTorch is not loaded. The error says what to install.
TEST(Package, OfALaterLibTorchIsRejected) {
  const PackageCopy copy;
  edit_manifest(copy, [](Json& manifest) { manifest["library"]["version"] = "99.0.1"; });
  EXPECT_EQ(error_code([&] { load_package(copy.path()); }), "package.library");
}

// The text that loading prints on stderr.
std::string printed_by_loading(const fs::path& folder) {
  testing::internal::CaptureStderr();
  start_logging();  // else the log goes to stdout, unless an earlier test called it
  load_package(folder);
  return testing::internal::GetCapturedStderr();
}

// A package that other libraries wrote is loaded, and says so with the difference that it measured.
// The tiny package was written here, so nothing is announced.
TEST(Package, OtherVersionsAreAnnounced) {
  const PackageCopy copy;
  EXPECT_EQ(printed_by_loading(copy.path()), "");
  edit_manifest(copy, [](Json& manifest) {
    manifest["lineage"]["versions"]["opencv"] = "0.1";
    manifest["lineage"]["versions"]["zlib"] = "0.2";
  });
  EXPECT_THAT(
      printed_by_loading(copy.path()),
      testing::ContainsRegex("package.other_versions: written with opencv 0.1, now [0-9.]+; zlib "
                             "0.2, now [^:;]+: the golden logits hold, with a largest difference "
                             "of [0-9.e+-]+"));
  edit_manifest(copy, [](Json& manifest) { manifest.erase("lineage"); });
  load_package(copy.path());
}

// The difference that is announced is the measured one: here of golden logits that are moved by
// 0.00003, which is within the tolerance and above rounding.
TEST(Package, AnnouncesTheMeasuredDifference) {
  const PackageCopy copy;
  const auto path = copy.path() / "golden.safetensors";
  auto tensors = parse_safetensors(read_file(path), "golden", "package");
  tensors["logits"] = tensors["logits"] + 3e-5;
  write_file(path, format_safetensors(tensors));
  edit_manifest(copy, [](Json& manifest) { manifest["lineage"]["versions"]["opencv"] = "0.1"; });
  const auto text = printed_by_loading(copy.path());
  const std::string before = "with a largest difference of ";
  const auto at = text.find(before);
  ASSERT_NE(at, std::string::npos) << text;
  const double difference = std::stod(text.substr(at + before.size()));
  EXPECT_GE(difference, 2e-5);
  EXPECT_LE(difference, 1e-4);
}

// Files of extras are in the sums like the others, and replace no required file.
TEST(Package, FilesOfExtrasAreVerified) {
  const TemporaryDirectory folder;
  write_other_package(folder / "package", {{"model.onnx", "an optional file"}});
  load_package(folder / "package");
  EXPECT_THAT(read_file(folder / "package" / "README.md"), testing::HasSubstr("model.onnx"));
  write_file(folder / "package" / "model.onnx", "another file");
  EXPECT_EQ(error_code([&] { load_package(folder / "package"); }), "package.hash");
  EXPECT_THROW(write_other_package(folder / "second", {{"model.pt", "mine"}}),
               std::invalid_argument);
  expect_error("package.sums", [&] { write_other_package(folder / "third", {{"../x", "mine"}}); });
  EXPECT_FALSE(fs::exists(folder / "second"));
  EXPECT_FALSE(fs::exists(folder / "x"));
}

// Predictions start from bytes, so the golden check does too. Inputs between two byte values, with
// their right logits, pass the check on floats only.
TEST(Package, GoldenLogitsAreCheckedOnBytes) {
  const PackageCopy copy;
  const auto path = copy.path() / "golden.safetensors";
  auto tensors = parse_safetensors(read_file(path), "golden", "package");
  auto& inputs = tensors["inputs"];
  inputs = inputs + 0.4 / 255.0;
  auto network = load_checkpoint(tiny_run().path() / "checkpoint" / "best.safetensors").network;
  network->eval();
  const at::NoGradGuard no_grad;
  tensors["logits"] = network->forward(inputs);
  write_file(path, format_safetensors(tensors));
  renew_sums(copy.path());
  EXPECT_EQ(error_code([&] { load_package(copy.path()); }), "package.golden");
}

// The fast engine uses the weights beside the program, so they must give the golden logits too.
TEST(Package, GoldenLogitsDetectOtherWeights) {
  const PackageCopy copy;
  write_other_package(copy.folder / "other");
  fs::copy_file(copy.folder / "other" / "model.safetensors", copy.path() / "model.safetensors",
                fs::copy_options::overwrite_existing);
  renew_sums(copy.path());
  const auto default_engine = load_package(tiny_run().package()).engine();
  if (default_engine == "torchscript") GTEST_SKIP() << "no other engine";
  EXPECT_EQ(error_code([&] { load_package(copy.path()); }), "package.golden");
  const auto status_by = [&](const char* engine) {
    return call_digits({"predict", "--model", copy.path(), "--engine", engine,
                        fixtures() / "digits" / "3-small.png"})
        .status;
  };
  EXPECT_EQ(status_by("auto"), 5);
  EXPECT_EQ(status_by("torchscript"), 0);  // the engine named by the user gives them
}

// Invalid files with matching sums give an error code and no crash.
TEST(Package, InvalidFilesWithMatchingSumsAreRejected) {
  for (const auto& [name, bytes, code] :
       {std::array{"model.pt", "not an archive", "package.malformed"},
        std::array{"golden.safetensors", "nor is this", "package.malformed"},
        std::array{"manifest.json", "{}", "package.malformed"},
        std::array{"manifest.json", "{", "package.malformed"},
        std::array{"manifest.json", "{\"schema\": \"digits.manifest/9\"}", "package.schema"},
        std::array{"profile.json", "{\"schema\": \"digits.profile/1\"}", "package.malformed"},
        std::array{"profile.json", "{\"schema\": \"digits.profile/9\"}", "package.schema"}}) {
    const PackageCopy copy;
    write_file(copy.path() / name, bytes);
    renew_sums(copy.path());
    EXPECT_EQ(error_code([&] { load_package(copy.path()); }), code) << name << ": " << bytes;
  }
}

// A manifest with matching sums that does not match its model must not cause reads beyond the
// memory.
TEST(Package, ManifestMustMatchTheModel) {
  const auto change = [](const char* key, const Json& value) {
    const PackageCopy copy;
    edit_manifest(copy, [&](Json& manifest) { manifest["data"][key] = value; });
    return error_code([&] { load_package(copy.path()); });
  };
  for (const int size : {0, -28, 14, 2147483647}) {
    EXPECT_EQ(change("rows", size), "package.malformed") << size;
    EXPECT_EQ(change("channels", size), "package.malformed") << size;
  }
  EXPECT_EQ(change("class_names", {"0", "1", "2"}), "package.malformed");
  EXPECT_EQ(change("class_names", Json::array()), "package.malformed");
}

// The same through the command line: the exit status is 5.
TEST(Package, InvalidPackageExitsWithStatus5) {
  const PackageCopy copy;
  auto bytes = read_file(copy.path() / "model.pt");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(copy.path() / "model.pt", bytes);
  const auto result =
      call_digits({"predict", "--model", copy.path(), fixtures() / "digits" / "3-small.png"});
  EXPECT_EQ(result.status, 5);
  EXPECT_THAT(result.err, testing::StartsWith("digits: package.hash: "));
  EXPECT_EQ(result.out, "");
}

// sha256sum agrees with our hashes.
TEST(Package, SumsAgreeWithSha256sum) {
  ProcessOptions options;
  options.directory = tiny_run().package();
  EXPECT_EQ(run_process({"sha256sum", "--check", "--strict", "SHA256SUMS"}, options).status, 0);
}

// An IDX file and its images as separate files get the same predictions.
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

// An image as PNG gets the same prediction as in its IDX file.
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

// Another runtime reproduces them: Python's torch.jit.load and a safetensors reader in plain
// Python.
TEST(Package, PythonReproducesTheGoldenLogits) {
  const auto python = python_with({"torch"});
  if (python.empty()) {
    GTEST_SKIP() << "no python3 that can import torch (Debian: apt-get install python3-torch)";
  }
  const auto result = run_process({python, source_path("tests/integration/read_package.py"),
                                   tiny_run().package(), source_path("examples/python")});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, testing::HasSubstr("golden logits agree"));
}

}  // namespace
}  // namespace digits
