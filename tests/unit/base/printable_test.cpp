#include "base/printable.h"

#include <gtest/gtest.h>

namespace digits {
namespace {

// The alphabet's ends and its neighbours; bytes of other letters stay.
TEST(LowerCase, ChangesAsciiLettersOnly) {
  EXPECT_EQ(lower_case("@AMZ[`az{ \xC3\x84.PNG"), "@amz[`az{ \xC3\x84.png");
}

// A word of a command in a hint means the same text to a shell.
TEST(ShellWord, IsQuotedIfNecessary) {
  EXPECT_EQ(shell_word("a/b.csv"), "a/b.csv");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("\xC3\xA4 b"), "'\xC3\xA4 b'");
}

}  // namespace
}  // namespace digits
