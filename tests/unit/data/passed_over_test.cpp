#include "data/passed_over.h"

#include "base/files.h"
#include "support/testing.h"

namespace digits {
namespace {

// "severity: message" of each finding for files with these names.
std::vector<std::string> findings_of(const std::vector<std::string>& names) {
  const TemporaryDirectory root;
  std::vector<std::filesystem::path> paths;
  for (const auto& name : names) {
    make_directories((root / name).parent_path());
    write_file(root / name, "x");
    paths.push_back(root / name);
  }
  std::vector<std::string> all;
  for (const auto& finding : passed_over_findings(root.path(), paths)) {
    EXPECT_EQ(finding.code, "data.passed_over");
    EXPECT_EQ(finding.hint.empty(), finding.severity == Severity::kNote);
    all.push_back(std::string(to_string(finding.severity)) + ": " + finding.message);
  }
  return all;
}

TEST(PassedOver, CountsBySuffixAndNamesTheFirst) {
  EXPECT_THAT(findings_of({}), testing::IsEmpty());
  EXPECT_THAT(
      findings_of({"0/a.BMP", "0/b.bmp", "1/c.tiff", "1/d.heic"}),
      testing::ElementsAre("warning: 4 pictures of another format than PNG and JPEG passed over "
                           "(2 .bmp, 1 .heic, 1 .tiff: 0/a.BMP, 0/b.bmp, 1/c.tiff, ...)"));
  EXPECT_THAT(
      findings_of({"0/a.bmp", "0/b.bmp", "1/c.tif"}),
      testing::ElementsAre("warning: 3 pictures of another format than PNG and JPEG passed over "
                           "(2 .bmp, 1 .tif: 0/a.bmp, 0/b.bmp, 1/c.tif)"));
  EXPECT_THAT(findings_of({"README", "0/notes.txt"}),
              testing::ElementsAre("note: 2 other files passed over (1 without a suffix, 1 .txt: "
                                   "README, 0/notes.txt)"));
  EXPECT_THAT(findings_of({"a.png", "b.JPG", "x.gif", "labels.csv"}),
              testing::ElementsAre(testing::StartsWith("warning: 1 pictures of another format"),
                                   "warning: 2 pictures that do not lie directly in a class folder "
                                   "passed over (1 .jpg, 1 .png: a.png, b.JPG)",
                                   testing::StartsWith("note: 1 other files")));
}

// A folder counts as the files in it and below it, without system files.
TEST(PassedOver, CountsFilesInSubfolders) {
  const TemporaryDirectory root;
  for (const char* folder : {"0/more", "0/more/deeper", "0/more/__MACOSX"}) {
    make_directories(root / folder);
    write_file(root / folder / "a.png", "x");
  }
  write_file(root / "0" / "more" / ".DS_Store", "x");
  const auto findings = passed_over_findings(root.path(), {root / "0" / "more"});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].message, testing::StartsWith("2 pictures that do not lie directly"));
  EXPECT_THAT(findings[0].message, testing::HasSubstr("0/more/a.png, 0/more/deeper/a.png"));
}

}  // namespace
}  // namespace digits
