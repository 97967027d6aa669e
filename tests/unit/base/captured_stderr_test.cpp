#include "base/captured_stderr.h"

#include <cstdio>
#include <thread>

#include "support/testing.h"

namespace digits {
namespace {

// Each line is kept once, and afterwards the stream prints again.
TEST(CapturedStderr, CapturesTheOutputOfItsThread) {
  testing::internal::CaptureStderr();
  {
    const CapturedStderr captured;
    std::fprintf(stderr, "a warning: %d\n", 7);
    std::fputs("another\n", stderr);
    std::fprintf(stderr, "a warning: %d\n", 7);
    EXPECT_EQ(captured.lines(), "a warning: 7; another");
  }
  std::fputs("printed\n", stderr);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "printed\n");
}

// A library that checks its calls sees that all bytes were taken.
TEST(CapturedStderr, ReportsNoErrorToTheWriter) {
  const CapturedStderr captured;
  EXPECT_EQ(std::fprintf(stderr, "a warning: %d\n", 7), 13);
  EXPECT_GE(std::fputs("another\n", stderr), 0);
}

// Another thread still prints on stderr during a capture.
TEST(CapturedStderr, IgnoresOtherThreads) {
  testing::internal::CaptureStderr();
  const CapturedStderr captured;
  std::thread([] { std::fputs("from beside\n", stderr); }).join();
  EXPECT_EQ(captured.lines(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "from beside\n");
}

}  // namespace
}  // namespace digits
