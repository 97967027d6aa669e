#include "model/device.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <torch/cuda.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <thread>

#include "base/error.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace digits {

namespace {

#if defined(__x86_64__)
// Bits of CPUID leaf 7: Intel SDM volume 2A, table 3-8.
bool has_leaf7(unsigned subleaf, int reg, unsigned bit) {
  std::array<unsigned, 4> r{};
  if (__get_cpuid_count(7, subleaf, &r[0], &r[1], &r[2], &r[3]) == 0) return false;
  return ((r[static_cast<std::size_t>(reg)] >> bit) & 1U) != 0;
}
bool has_amx_bf16() { return has_leaf7(0, 3, 22) && has_leaf7(0, 3, 24); }
bool has_avx512_bf16() { return has_leaf7(1, 0, 5); }
bool has_avx512f() { return has_leaf7(0, 1, 16); }
bool has_avx2() { return has_leaf7(0, 1, 5); }
#else
bool has_amx_bf16() { return false; }
bool has_avx512_bf16() { return false; }
bool has_avx512f() { return false; }
bool has_avx2() { return false; }
#endif

bool multiplies_bfloat16(c10::Device device) { return device.is_cuda() || has_amx_bf16(); }

// The BLAS behind LibTorch: OpenBLAS says so itself when it is loaded.
std::string blas_name() {
  using GetConfig = char* (*)();
  void* symbol = dlsym(RTLD_DEFAULT, "openblas_get_config");
  if (symbol != nullptr) return reinterpret_cast<GetConfig>(symbol)();
  return at::hasMKL() ? "MKL" : "unknown (reference BLAS is about 40 times slower)";
}

}  // namespace

c10::Device choose_device(const std::string& name) {
  const bool has_cuda = torch::cuda::is_available();
  if (name == "cpu" || (name == "auto" && !has_cuda)) return {c10::DeviceType::CPU};
  if (name != "auto" && name != "cuda") {
    throw Error("device.unknown", fmt::format("device \"{}\", expected auto, cpu or cuda", name),
                "leave --device out to take what is there");
  }
  if (!has_cuda) {
    throw Error("device.cuda_missing", "no CUDA device seen, expected one",
                "use --device cpu, or check nvidia-smi and that LibTorch is a CUDA build");
  }
  return {c10::DeviceType::CUDA, 0};
}

int set_threads(int threads) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const int chosen = threads > 0 ? threads : cores;
  at::set_num_threads(chosen);
  return chosen;
}

void make_deterministic() {
  auto& context = at::globalContext();
  context.setAllowTF32CuDNN(false);
  context.setAllowTF32CuBLAS(false);
  context.setBenchmarkCuDNN(false);
  context.setDeterministicCuDNN(true);
}

Precision choose_precision(const std::string& name, c10::Device device) {
  if (name == "float32") return Precision::kFloat32;
  if (name == "bfloat16") return Precision::kBfloat16;
  if (name == "auto") {
    return multiplies_bfloat16(device) ? Precision::kBfloat16 : Precision::kFloat32;
  }
  throw Error("config.precision",
              fmt::format("precision \"{}\", expected auto, float32 or bfloat16", name),
              "set train.precision in the configuration");
}

std::string to_string(Precision precision) {
  return precision == Precision::kBfloat16 ? "bfloat16" : "float32";
}

std::vector<std::string> cpu_features() {
  std::vector<std::string> features;
  if (has_avx2()) features.emplace_back("avx2");
  if (has_avx512f()) features.emplace_back("avx512f");
  if (has_avx512_bf16()) features.emplace_back("avx512_bf16");
  if (has_amx_bf16()) features.emplace_back("amx_bf16");
  return features;
}

TorchInfo torch_info() {
  const bool cuda = torch::cuda::is_available();
  return {TORCH_VERSION, blas_name(),
          cuda ? fmt::format("{} CUDA device(s)", torch::cuda::device_count()) : "cpu"};
}

}  // namespace digits
