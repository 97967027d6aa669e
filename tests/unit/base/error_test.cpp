#include "base/error.h"

#include "support/testing.h"

namespace digits {
namespace {

// The family before the dot decides the exit status; docs/usage.md documents the table.
TEST(Error, FamilyDecidesTheExitStatus) {
  EXPECT_EQ(exit_status("usage.option"), 2);
  EXPECT_EQ(exit_status("config.unknown_key"), 2);
  EXPECT_EQ(exit_status("output.unwritable"), 2);
  EXPECT_EQ(exit_status("idx.truncated"), 3);
  EXPECT_EQ(exit_status("input.missing"), 3);
  EXPECT_EQ(exit_status("image.blank"), 3);
  EXPECT_EQ(exit_status("gate.failed"), 4);
  EXPECT_EQ(exit_status("train.diverged"), 4);
  EXPECT_EQ(exit_status("drift.detected"), 4);
  EXPECT_EQ(exit_status("package.hash"), 5);
  EXPECT_EQ(exit_status("checkpoint.missing"), 5);
  EXPECT_EQ(exit_status("disk.full"), 1);
  EXPECT_EQ(exit_status("interrupted"), 130);
}

// An unlisted code is an internal error, and must not be reported as bad data.
TEST(Error, UnknownFamilyIsAnInternalError) {
  EXPECT_EQ(exit_status("surprise.here"), 1);
  EXPECT_EQ(exit_status(""), 1);
}

// Any message is printed on one line, since logs are read line by line.
TEST(Error, IsReportedOnOneLine) {
  const Error error("idx.magic", "seen a\nexpected b", "do this");
  EXPECT_EQ(one_line(error), "digits: idx.magic: seen a expected b (hint: do this)");
}

// A message with a file's name or a text from a manifest cannot control a terminal: no control
// character is printed, of one byte or of two, and no byte that is not UTF-8. Other letters are
// printed.
TEST(Error, IsReportedInPrintableCharacters) {
  const Error error("input.missing",
                    "\x1B[31m\x07\x7F\xC2\x9B"
                    "2J\r\t\xC3\xA4 \xE2\x82\xAC",
                    "\xFF\xC2");
  EXPECT_EQ(one_line(error),
            "digits: input.missing: \uFFFD[31m\uFFFD\uFFFD\uFFFD2J  \u00E4 \u20AC "
            "(hint: \uFFFD\uFFFD)");
}

}  // namespace
}  // namespace digits
