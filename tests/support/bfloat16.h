// Whether LibTorch computes convolutions in bfloat16 here: oneDNN 2.6 does not if it must not use
// AVX-512. A processor without AVX-512 computes them, and rounds each partial sum.
#pragma once

#include <ATen/ATen.h>

#include <exception>

namespace digits {

inline bool has_bfloat16() {
  const auto ones = [](at::IntArrayRef sizes) {
    return at::ones(sizes, at::TensorOptions(at::kBFloat16));
  };
  try {
    at::conv2d(ones({3, 4, 6, 6}).contiguous(at::MemoryFormat::ChannelsLast), ones({8, 4, 3, 3}));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

// At the start of a test that computes in bfloat16.
#define SKIP_WITHOUT_BFLOAT16() \
  if (!has_bfloat16()) GTEST_SKIP() << "LibTorch has no bfloat16 convolutions on this processor"

}  // namespace digits
