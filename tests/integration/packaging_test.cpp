// The content of a written package, and the models that are not packaged.
#include <torch/nn/modules/batchnorm.h>

#include <filesystem>
#include <string>

#include "base/files.h"
#include "base/json.h"
#include "inference/package.h"
#include "integration/package_copy.h"
#include "pipeline/config.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

TEST(Package, ManifestRecordsLineage) {
  const auto package = load_package(tiny_run().package());
  const auto& lineage = package.manifest().at("lineage");
  EXPECT_EQ(lineage.at("seed"), 3);
  EXPECT_THAT(lineage.at("config").get<std::string>(), testing::HasSubstr("data/fixtures/tiny"));
  const auto data = Json::parse(read_file(tiny_run().path() / "data.json"));
  EXPECT_EQ(lineage.at("train_data"), data.at("train").at("fingerprint"));
  EXPECT_TRUE(lineage.at("versions").contains("libtorch"));
  EXPECT_EQ(package.manifest().at("metrics").at("accuracy").at("n"), 200);
}

// Lineage describes the training, not the options of the packaging command, which names the
// package.
TEST(Package, LineageDescribesTheTraining) {
  const TemporaryDirectory folder;
  const auto result = call_digits({"package", tiny_run().path(), "--seed", "99", "--threads", "2",
                                   "--out", folder / "package"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "package  " + (folder / "package").string() + "\n");
  EXPECT_EQ(load_package(folder / "package").manifest().at("lineage"),
            load_package(tiny_run().package()).manifest().at("lineage"));
}

// A model with an undecided gate is packaged, and manifest, card and report name the gate.
TEST(Package, ListsUndecidedGates) {
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  copy_undecided_run(run);
  const auto result = call_digits({"package", run, "--out", run / "package"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err,
              testing::HasSubstr("gate.undecided: 1 of 1 gates: accuracy (hint: digits check "));
  const auto gates = load_package(run / "package").manifest().at("metrics").at("undecided_gates");
  ASSERT_EQ(gates.size(), 1U);
  EXPECT_EQ(gates.at(0).at("metric"), "accuracy");
  EXPECT_THAT(gates.at(0).at("note").get<std::string>(), testing::HasSubstr("needed"));
  EXPECT_THAT(read_file(run / "package" / "README.md"), testing::HasSubstr("## Undecided gates"));
  ASSERT_EQ(call_digits({"report", run}).status, 0);
  EXPECT_THAT(read_file(run / "report.html"), testing::HasSubstr("undecided</span>"));
}

// With gates.undecided = "fail" the model is not packaged.
TEST(Package, UndecidedGatesFailWhenConfigured) {
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  copy_undecided_run(run);
  auto config = load_complete_config(run / "config.toml");
  config.gates_undecided = "fail";
  write_file(run / "config.toml", to_toml(config));
  EXPECT_EQ(call_digits({"package", run, "--out", run / "package"}).status, 4);
  EXPECT_FALSE(fs::exists(run / "package"));
}

// A bound for handwritten digits stops a model of digits. The same run is packaged, with a warning,
// after its author says that the images are no digits.
TEST(Package, BoundsForDigitsDoNotStopOtherImages) {
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  copy_undecided_run(run);
  write_file(run / "gates.toml",
             "[[gate]]\nmetric = \"behaviour/directional/noise\"\nat_least = 1\nreason = \"why\"\n"
             "for_digits = true\n");
  EXPECT_EQ(call_digits({"package", run, "--out", run / "package"}).status, 4);
  ASSERT_EQ(call_digits({"evaluate", run, "--no-digit-checks"}).status, 0);
  const auto result = call_digits({"package", run, "--out", run / "package"});
  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, testing::HasSubstr(
                              "gate.undecided: 1 of 1 gates: behaviour/directional/noise (hint: "));
  EXPECT_THAT(read_file(run / "package" / "README.md"),
              testing::HasSubstr("the bound is for handwritten digits"));
}

// Program and weights are both checked before a package is written: a constant of the network that
// only the trace has is detected.
TEST(Package, IsNotWrittenWhenWeightsAndProgramDiffer) {
  const TemporaryDirectory folder;
  const auto add_to_variance = [](Network& network) {
    for (auto& child : network->named_children()) {
      if (auto* norm = child.value()->as<torch::nn::BatchNorm2d>()) norm->options.eps(0.5);
    }
  };
  expect_error("package.golden",
               [&] { write_other_package(folder / "package", {}, add_to_variance); });
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

// Packaging to an existing path must not replace a package in use.
TEST(Package, IsNeverOverwritten) {
  const auto before = read_file(tiny_run().package() / "SHA256SUMS");
  const auto again = call_digits({"package", tiny_run().path(), "--out", tiny_run().package()});
  EXPECT_EQ(again.status, 2);
  EXPECT_THAT(again.err, testing::HasSubstr("output.exists"));
  EXPECT_EQ(read_file(tiny_run().package() / "SHA256SUMS"), before);
}

}  // namespace
}  // namespace digits
