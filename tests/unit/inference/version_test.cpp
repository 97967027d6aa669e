#include "inference/version.h"

#include <fmt/format.h>

#include <sstream>

#include "model/device.h"
#include "support/testing.h"

namespace digits {
namespace {

// Each library has a version number of two parts or more, and no key is left out: a lineage without
// them could not explain a difference between two machines.
TEST(Versions, NameEachLibrary) {
  const auto all = versions();
  for (const char* name : {"digits", "libtorch", "onednn", "opencv", "fmt", "nlohmann_json",
                           "tomlplusplus", "spdlog", "openssl", "zlib"}) {
    EXPECT_THAT(all.at(name).get<std::string>(), testing::MatchesRegex("[0-9]+\\.[0-9]+.*"))
        << name;
  }
  EXPECT_THAT(all.at("revision").get<std::string>(), testing::MatchesRegex("unknown|[0-9a-f]{40}"));
}

// fmt has its three numbers in one: 90100 is 9.1.0.
TEST(Versions, TakeTheNumberOfFmtApart) {
  std::istringstream text(versions().at("fmt").get<std::string>());
  int numbers[3] = {-1, -1, -1};
  char dots[2] = {' ', ' '};
  text >> numbers[0] >> dots[0] >> numbers[1] >> dots[1] >> numbers[2];
  EXPECT_EQ(10000 * numbers[0] + 100 * numbers[1] + numbers[2], FMT_VERSION);
  EXPECT_LT(numbers[1], 100);
  EXPECT_LT(numbers[2], 100);
}

// The machine: the device that `auto` takes, the BLAS, and the processor's features.
TEST(Versions, DescribeTheMachine) {
  const auto all = versions();
  const auto device = all.at("device").get<std::string>();
  if (choose_device("auto") == c10::kCPU) {
    EXPECT_EQ(device, "cpu");
  } else {
    EXPECT_THAT(device, testing::MatchesRegex("cuda \\([0-9]+ visible, of .+\\)"));
  }
  EXPECT_NE(all.at("blas"), "");
  EXPECT_FALSE(all.at("cpu_features").empty());
  EXPECT_EQ(all.size(), 14U);
}

// Nothing changes on the machine that wrote the package.
TEST(ChangedVersions, OfTheSameMachineAreNone) {
  EXPECT_TRUE(changed_versions(versions()).empty());
  EXPECT_TRUE(changed_versions(Json()).empty());
}

// Each library counts by itself; the processor and this program's own revision do not.
TEST(ChangedVersions, NameEachLibrary) {
  for (const std::string library : {"libtorch", "onednn", "opencv", "blas", "zlib"}) {
    auto before = versions();
    before[library] = "0.1";
    EXPECT_THAT(
        changed_versions(before),
        testing::ElementsAre(library + " 0.1, now " + versions().at(library).get<std::string>()));
  }
  auto before = versions();
  before["revision"] = before["cpu_features"] = before["digits"] = "another";
  EXPECT_TRUE(changed_versions(before).empty());
}

// A library that the package does not name is a change, too.
TEST(ChangedVersions, CountAMissingLibrary) {
  auto before = versions();
  before.erase("opencv");
  EXPECT_THAT(changed_versions(before),
              testing::ElementsAre(testing::StartsWith("opencv unknown, now ")));
}

}  // namespace
}  // namespace digits
