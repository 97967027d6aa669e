// Gates of a run: they are applied again, stop the packaging, and are read before the training.
#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "integration/tiny_run.h"
#include "pipeline/config.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// A model below its gate is not packaged. The run shows the gate, its reason and the report, and
// ends with one short line on stderr, with --json too.
TEST(Pipeline, FailedGateLeavesNoPackage) {
  const TemporaryDirectory folder;
  write_file(folder / "gates.toml", kStrictGates);
  auto config = load_config(fixtures() / "tiny.toml", Config());
  config.gates_file = folder / "gates.toml";
  config.train.epochs = 1;
  write_file(folder / "config.toml", to_toml(config));
  const auto run =
      call_digits({"run", "--config", folder / "config.toml", "--out", folder / "run"});
  EXPECT_EQ(run.status, 4);
  const auto line = run.err.substr(run.err.find("digits: gate.failed: "));
  EXPECT_THAT(line, testing::StartsWith("digits: gate.failed: gates: 0 of 1 passed, 1 failed; "));
  EXPECT_LT(line.size(), 250U);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_THAT(run.out, testing::ContainsRegex("accuracy +0\\.[0-9]+ .*>= 0.9999 +FAILED +strict"));
  EXPECT_THAT(run.out, testing::HasSubstr(folder / "run" / "report.html"));
  EXPECT_FALSE(fs::exists(folder / "run" / "package"));
  const auto checks = Json::parse(read_file(folder / "run" / "checks.json"));
  EXPECT_EQ(checks.at("gates").at(0).at("verdict"), "failed");
  const auto again = call_digits({"run", "--resume", folder / "run", "--json"});
  EXPECT_EQ(again.status, 4);
  const auto json = Json::parse(again.out);
  EXPECT_EQ(json.at("gates"), checks.at("gates"));
  EXPECT_TRUE(json.at("package").is_null());
}

// The run's own gates are applied again and recorded. Other gates leave the run unchanged. The
// command prints a table with the verdict, and exits with status 4 when a gate fails.
TEST(Check, AppliesTheRunsGatesOrOtherGates) {
  const auto run = tiny_run().path();
  const auto own = call_digits({"check", run});
  EXPECT_EQ(own.status, 0) << own.err;
  EXPECT_THAT(own.out, testing::ContainsRegex("accuracy +0\\.[0-9]+ \\[.*\\].*>= 0.75 +passed"));
  const auto checks = read_file(run / "checks.json");
  const TemporaryDirectory folder;
  write_file(folder / "gates.toml", kStrictGates);
  const auto others = call_digits({"check", run, "--gates", folder / "gates.toml", "--json"});
  EXPECT_EQ(others.status, 4);
  EXPECT_THAT(others.err, testing::HasSubstr("digits: gate.failed: gates: 0 of 1 passed"));
  EXPECT_EQ(Json::parse(others.out).at("gates").at(0).at("verdict"), "failed");
  EXPECT_EQ(read_file(run / "checks.json"), checks);
}

// Unreadable gates stop a run before the training.
TEST(Check, InvalidGatesStopARunBeforeTraining) {
  const TemporaryDirectory folder;
  auto config = load_config(fixtures() / "tiny.toml", Config());
  config.gates_file = folder / "gates.toml";
  write_file(folder / "config.toml", to_toml(config));
  const std::vector<std::string> run{"run", "--config", folder / "config.toml", "--out",
                                     folder / "run"};
  EXPECT_EQ(call_digits(run).status, 3);
  write_file(folder / "gates.toml", "[[gate]]\nmetric = \"accuracy\"\n");
  const auto refused = call_digits(run);
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, testing::HasSubstr("digits: config.gates: "));
  EXPECT_FALSE(fs::exists(folder / "run"));
}

}  // namespace
}  // namespace digits
