#include "pipeline/run_directory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "base/files.h"
#include "base/registry.h"
#include "inference/package_file.h"
#include "pipeline/start_run.h"
#include "support/testing.h"

namespace digits {
namespace {

// The list has the package files of the extras that are registered now, not of earlier ones.
TEST(Artifacts, FollowTheRegisteredPackageFiles) {
  const auto names_it = [] {
    const auto all = artifacts();
    return std::any_of(all.begin(), all.end(),
                       [](const Artifact& artifact) { return artifact.name == "package/x.txt"; });
  };
  registered<PackageFile>() = {PackageFile{"x.txt", nullptr}};
  EXPECT_TRUE(names_it());
  registered<PackageFile>().clear();
  EXPECT_FALSE(names_it());
}

// The files of a run in the order in which they appear, with the schema of a JSON document and the
// smallest size of a complete file.
TEST(Artifacts, AreTheFilesOfARun) {
  registered<PackageFile>() = {PackageFile{"x.txt", nullptr}};
  std::string list;
  for (const auto& [name, schema, min_size] : artifacts()) {
    list += fmt::format("{} {} {}\n", name, schema.empty() ? "-" : schema, min_size);
  }
  registered<PackageFile>().clear();
  EXPECT_EQ(list,
            "config.toml - 200\n"
            "gates.toml - 50\n"
            "numerics.json digits.numerics/1 200\n"
            "profile.json digits.profile/1 2000\n"
            "data.json digits.data/1 300\n"
            "history.jsonl - 100\n"
            "checkpoint/best.safetensors - 1000\n"
            "augmentation.png - 200\n"
            "evaluation.json digits.evaluation/1 500\n"
            "checks.json digits.checks/2 100\n"
            "figures/loss.svg - 1000\n"
            "figures/accuracy.svg - 1000\n"
            "figures/confusion.svg - 2000\n"
            "figures/roc.svg - 1000\n"
            "figures/precision_recall.svg - 1000\n"
            "figures/reliability.svg - 1000\n"
            "figures/slices.svg - 1000\n"
            "report.html - 20000\n"
            "package/model.pt - 1000\n"
            "package/model.safetensors - 1000\n"
            "package/golden.safetensors - 1000\n"
            "package/manifest.json digits.manifest/2 500\n"
            "package/profile.json digits.profile/1 2000\n"
            "package/README.md - 1000\n"
            "package/SHA256SUMS - 400\n"
            "package/x.txt - 1000\n");
}

TEST(RunDirectory, NeverOverwritesARun) {
  const TemporaryDirectory folder;
  const auto run = RunDirectory::create(folder / "run");
  run.write_config(Config());
  expect_error("output.exists", [&] { RunDirectory::create(folder / "run"); });
  EXPECT_EQ(to_toml(RunDirectory::open(folder / "run").read_config()), to_toml(Config()));
}

TEST(RunDirectory, RejectsAFolderWithoutARun) {
  const TemporaryDirectory folder;
  expect_error("input.missing", [&] { RunDirectory::open(folder.path()); });
}

// A run whose configuration this user may only read is locked, too. A folder in its place can be
// opened for reading only, by every user.
TEST(RunDirectory, LocksWhatCannotBeWritten) {
  const TemporaryDirectory folder;
  const auto run = RunDirectory::create(folder / "run");
  make_directories(folder / "run" / "config.toml");
  const auto lock = run.lock();
  expect_error("output.busy", [&] { run.lock(); });
}

// In a process without standard input the lock is descriptor 0.
TEST(RunDirectory, LocksWithoutStandardInput) {
  const TemporaryDirectory folder;
  const auto run = RunDirectory::create(folder / "run");
  run.write_config(Config());
  int number = -1;
  const int standard_input = ::dup(STDIN_FILENO);
  ::close(STDIN_FILENO);
  const auto code = error_code([&] { number = run.lock().get(); });
  ::dup2(standard_input, STDIN_FILENO);
  ::close(standard_input);
  EXPECT_EQ(code, "no error");
  EXPECT_EQ(number, 0);
}

TEST(RunDirectory, WritesOneLinePerEpoch) {
  const TemporaryDirectory folder;
  const auto run = RunDirectory::create(folder / "run");
  EpochRecord record;
  record.epoch = 1;
  run.write_history({record, record});
  const auto text = read_file(run.path() / "history.jsonl");
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  const auto line = Json::parse(text.substr(0, text.find('\n')));
  for (const char* key : {"epoch", "train_loss", "validation_accuracy", "seconds"}) {
    EXPECT_TRUE(line.contains(key)) << key;
  }
}

// An output folder with files is rejected before any data are read.
TEST(RequireStartable, RejectsAnExistingFolder) {
  const TemporaryDirectory folder;
  write_file(folder / "x", "");
  expect_error("output.exists", [&] { require_startable(folder.path(), Config()); });
  require_startable(folder / "new", Config());
}

}  // namespace
}  // namespace digits
