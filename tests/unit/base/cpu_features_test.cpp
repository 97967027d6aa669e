#include "base/cpu_features.h"

#include "support/testing.h"

namespace digits {
namespace {

// bfloat16 is used only with a multiply instruction for it: AVX-512 without one converts step by
// step, slower than float32.
TEST(CpuFeatures, Bfloat16NeedsAmxOrAvx512Bf16) {
  EXPECT_FALSE(multiplies_bfloat16({}));
  EXPECT_FALSE(multiplies_bfloat16({"avx2"}));
  EXPECT_FALSE(multiplies_bfloat16({"avx2", "avx512f"}));
  EXPECT_TRUE(multiplies_bfloat16({"avx2", "avx512f", "avx512_bf16"}));
  EXPECT_TRUE(multiplies_bfloat16({"avx2", "avx512f", "avx512_bf16", "amx_bf16"}));
}

// Environment variables make a machine behave like an older one.
TEST(CpuFeatures, EnvironmentCanDisableFeatures) {
  const CpuFeatures all(kCpuFeatures.begin(), kCpuFeatures.end());
  EXPECT_EQ(allowed_features(all, "", ""), all);
  EXPECT_EQ(allowed_features(all, "ALL", "AVX512"), all);
  EXPECT_EQ(allowed_features(all, "AVX512_CORE_AMX", ""), all);
  EXPECT_EQ(allowed_features(all, "AVX512_CORE_BF16", ""),
            (CpuFeatures{"avx2", "avx512f", "avx512_bf16"}));
  EXPECT_EQ(allowed_features(all, "AVX512_CORE_VNNI", ""), (CpuFeatures{"avx2", "avx512f"}));
  EXPECT_EQ(allowed_features(all, "AVX2", ""), CpuFeatures{"avx2"});
  EXPECT_EQ(allowed_features(all, "", "AVX2"), CpuFeatures{"avx2"});
  EXPECT_EQ(allowed_features(all, "", "DEFAULT"), CpuFeatures{});
  EXPECT_EQ(allowed_features({"avx2"}, "AVX512_CORE_AMX", ""), CpuFeatures{"avx2"});
}

}  // namespace
}  // namespace digits
