#include "base/interrupt.h"

#include "support/testing.h"

namespace digits {
namespace {

TEST(Interrupt, IsAFlag) {
  EXPECT_FALSE(interrupted());
  set_interrupted(true);
  EXPECT_TRUE(interrupted());
  set_interrupted(false);
  EXPECT_FALSE(interrupted());
}

}  // namespace
}  // namespace digits
