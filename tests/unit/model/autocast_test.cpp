// The scope of mixed precision around a forward pass.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/torch_compat.h"

namespace digits {
namespace {

// At its end a scope restores the state of the scope around it.
TEST(AutocastScope, RestoresTheStateAroundIt) {
  {
    const AutocastScope outer(c10::kCPU, at::kBFloat16, true);
    EXPECT_TRUE(AutocastScope::is_enabled(c10::kCPU));
    {
      const AutocastScope inner(c10::kCPU, at::kBFloat16, false);
      EXPECT_FALSE(AutocastScope::is_enabled(c10::kCPU));
    }
    EXPECT_TRUE(AutocastScope::is_enabled(c10::kCPU));
  }
  EXPECT_FALSE(AutocastScope::is_enabled(c10::kCPU));
}

// A GPU computes in the requested type, not in the last one or LibTorch's default, half. The
// setting is made without a GPU too, and leaves the CPU's state.
TEST(AutocastScope, SetsTheTypeOfAGpu) {
  for (const auto dtype : {at::kHalf, at::kBFloat16}) {
    const AutocastScope scope(c10::kCUDA, dtype, true);
    EXPECT_TRUE(AutocastScope::is_enabled(c10::kCUDA));
    EXPECT_EQ(AutocastScope::dtype_on(c10::kCUDA), dtype);
    EXPECT_FALSE(AutocastScope::is_enabled(c10::kCPU));
  }
  EXPECT_FALSE(AutocastScope::is_enabled(c10::kCUDA));
  EXPECT_EQ(AutocastScope::dtype_on(c10::kCPU), at::kBFloat16);
}

}  // namespace
}  // namespace digits
