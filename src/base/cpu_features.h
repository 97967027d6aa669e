// Names the processor features that decide the precision of training.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace digits {

// By the kernel's names for x86 processors.
constexpr std::array<const char*, 4> kCpuFeatures{"avx2", "avx512f", "avx512_bf16", "amx_bf16"};

using CpuFeatures = std::vector<std::string>;

// Whether the processor multiplies bfloat16 natively, with AMX or AVX-512: there bfloat16 makes
// training faster, elsewhere slower (docs/performance.md).
bool multiplies_bfloat16(const CpuFeatures& features);

// The features without those that ONEDNN_MAX_CPU_ISA and ATEN_CPU_CAPABILITY, given here in
// capitals, forbid oneDNN and LibTorch to use. Empty and unknown values forbid nothing.
CpuFeatures allowed_features(CpuFeatures features, const std::string& onednn_isa,
                             const std::string& aten_capability);

}  // namespace digits
