#include "inference/changed_versions.h"

#include "inference/version.h"
#include "support/testing.h"

namespace digits {
namespace {

// Nothing changes on the machine that wrote the package.
TEST(ChangedVersions, OfTheSameMachineAreNone) {
  EXPECT_TRUE(changed_versions(versions(), versions()).empty());
  EXPECT_TRUE(changed_versions(Json(), versions()).empty());
}

// Each library counts by itself; the processor and this program's own revision do not.
TEST(ChangedVersions, NameEachLibrary) {
  for (const char* library : {"libtorch", "onednn", "opencv", "blas", "zlib"}) {
    auto before = versions();
    before[library] = "0.1";
    const auto changes = changed_versions(before, versions());
    ASSERT_EQ(changes.size(), 1U) << library;
    EXPECT_EQ(changes[0].library, library);
    EXPECT_EQ(changes[0].before, "0.1");
    EXPECT_EQ(changes[0].now, versions().at(library));
  }
  auto before = versions();
  before["revision"] = before["cpu_features"] = before["digits"] = "another";
  EXPECT_TRUE(changed_versions(before, versions()).empty());
}

// A library that only one side names is a change, too.
TEST(ChangedVersions, CountAMissingLibrary) {
  auto before = versions();
  before.erase("opencv");
  EXPECT_THAT(to_string(changed_versions(before, versions())),
              testing::StartsWith("opencv unknown, now "));
  EXPECT_THAT(to_string(changed_versions(versions(), before)), testing::EndsWith(", now absent"));
}

TEST(ChangedVersions, AreListedInOneLine) {
  EXPECT_EQ(
      to_string(std::vector<VersionChange>{{"opencv", "4.6.0", "4.10.0"}, {"blas", "A", "B"}}),
      "opencv 4.6.0, now 4.10.0; blas A, now B");
}

}  // namespace
}  // namespace digits
