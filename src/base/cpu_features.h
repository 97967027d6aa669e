// Processor features that decide how a network is trained.
#pragma once

#include <array>
#include <string>
#include <vector>

namespace digits {

// By the kernel's names for x86 processors.
constexpr std::array<const char*, 4> kCpuFeatures{"avx2", "avx512f", "avx512_bf16", "amx_bf16"};

using CpuFeatures = std::vector<std::string>;

// Whether the processor multiplies bfloat16 by itself, with AMX or AVX-512: training is faster with
// it there, and slower elsewhere (docs/performance.md).
bool multiplies_bfloat16(const CpuFeatures& features);

// The features without those that oneDNN and LibTorch are told not to use, by the values of
// ONEDNN_MAX_CPU_ISA and ATEN_CPU_CAPABILITY in capitals. Empty and unknown values forbid nothing.
CpuFeatures allowed_features(CpuFeatures features, const std::string& onednn_isa,
                             const std::string& aten_capability);

}  // namespace digits
