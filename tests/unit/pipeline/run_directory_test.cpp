#include "pipeline/run_directory.h"

#include <algorithm>

#include "base/files.h"
#include "inference/package_file.h"
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
  set_package_files({{"x.txt", nullptr}});
  EXPECT_TRUE(names_it());
  set_package_files({});
  EXPECT_FALSE(names_it());
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

}  // namespace
}  // namespace digits
