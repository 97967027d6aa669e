#include "base/cpu_features.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace digits {

namespace {

// oneDNN's names, each with the feature that it adds. Each name allows all that the names before it
// allow.
constexpr std::array<std::pair<const char*, const char*>, 10> kOnednnIsas{
    {{"SSE41", ""},
     {"AVX", ""},
     {"AVX2", "avx2"},
     {"AVX2_VNNI", ""},
     {"AVX2_VNNI_2", ""},
     {"AVX512_CORE", "avx512f"},
     {"AVX512_CORE_VNNI", ""},
     {"AVX512_CORE_BF16", "avx512_bf16"},
     {"AVX512_CORE_FP16", ""},
     {"AVX512_CORE_AMX", "amx_bf16"}}};

// Removes the features that only the names after `limit` allow.
void forbid_after(const std::string& limit, CpuFeatures& features) {
  const auto* const found = std::find_if(kOnednnIsas.begin(), kOnednnIsas.end(),
                                         [&](const auto& isa) { return isa.first == limit; });
  if (found == kOnednnIsas.end()) return;
  const auto forbidden = [&](const std::string& feature) {
    return std::any_of(std::next(found), kOnednnIsas.end(),
                       [&](const auto& isa) { return isa.second == feature; });
  };
  features.erase(std::remove_if(features.begin(), features.end(), forbidden), features.end());
}

}  // namespace

bool multiplies_bfloat16(const CpuFeatures& features) {
  return std::any_of(features.begin(), features.end(), [](const std::string& feature) {
    return feature == "amx_bf16" || feature == "avx512_bf16";
  });
}

CpuFeatures allowed_features(CpuFeatures features, const std::string& onednn_isa,
                             const std::string& aten_capability) {
  forbid_after(onednn_isa, features);
  forbid_after(aten_capability == "DEFAULT" ? "AVX" : aten_capability, features);
  return features;
}

}  // namespace digits
