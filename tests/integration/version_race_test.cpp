// Two processes package at once.
#include <algorithm>
#include <future>

#include "base/files.h"
#include "base/json.h"
#include "integration/tiny_run.h"
#include "repository/model_folder.h"
#include "repository/package_files.h"

namespace digits {
namespace {

// Both succeed, with a version each, whole; the first is current, and nothing is left over.
TEST(VersionRace, TwoPackagingsGetTwoVersions) {
  const TemporaryDirectory folder;
  const std::vector<std::string> package{"package", tiny_run().path(), "--repository",
                                         folder / "models", "--json"};
  auto other = std::async(std::launch::async, [&] { return run_digits(package); });
  const ProcessResult results[] = {run_digits(package), other.get()};
  std::vector<int> versions;
  for (const auto& result : results) {
    ASSERT_EQ(result.status, 0) << result.err;
    versions.push_back(Json::parse(result.out).at("version").get<int>());
  }
  std::sort(versions.begin(), versions.end());
  EXPECT_THAT(versions, testing::ElementsAre(1, 2));
  const ModelFolder model(folder / "models", "tiny");
  EXPECT_THAT(model.versions(), testing::ElementsAre(1, 2));
  EXPECT_EQ(model.current(), 1);
  const auto files = read_verified(model.path_of(1));
  EXPECT_EQ(files, read_verified(model.path_of(2)));  // of one run: the same to the bit
  EXPECT_EQ(files_below(folder.path()).size(), 2 * (files.size() + 1) + 3);  // 3: the model's own
}

}  // namespace
}  // namespace digits
