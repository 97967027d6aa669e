#include "base/log.h"

#include "support/testing.h"

namespace digits {
namespace {

// A file's name may hold any bytes: the warning stays on one line, and controls no terminal.
TEST(Log, WarningsArePrintable) {
  testing::internal::CaptureStderr();  // a file: on a terminal the log would be coloured
  start_logging();
  log_warning("a\nb\x1b[2J");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "[warning] a b\xef\xbf\xbd[2J\n");
}

}  // namespace
}  // namespace digits
