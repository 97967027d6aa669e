#include "model/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/error.h"

namespace digits {

namespace {

// The BLAS behind LibTorch: OpenBLAS says so itself when it is loaded.
std::string blas_name() {
  using GetConfig = char* (*)();
  void* symbol = dlsym(RTLD_DEFAULT, "openblas_get_config");
  if (symbol != nullptr) return reinterpret_cast<GetConfig>(symbol)();
  return at::hasMKL() ? "MKL" : "unknown (reference BLAS is about 40 times slower)";
}

// What follows the colon in the first line of /proc/cpuinfo that starts with `name`.
std::string cpuinfo(const std::string& name) {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    const auto colon = line.find(": ");
    if (line.rfind(name, 0) == 0 && colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

bool multiplies_bfloat16(c10::Device device) {
  const auto features = cpu_features();
  return device.is_cpu() &&
         std::find(features.begin(), features.end(), "amx_bf16") != features.end();
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
  // The kernel lists what both the processor and the kernel support; CPUID alone does not know
  // whether AMX's registers are saved across context switches.
  std::istringstream words(cpuinfo("flags"));
  std::vector<std::string> features;
  for (std::string word; words >> word;) {
    if (word == "avx2" || word == "avx512f" || word == "avx512_bf16" || word == "amx_bf16") {
      features.push_back(word);
    }
  }
  return features;
}

std::string cpu_model() {
  const auto name = cpuinfo("model name");
  return name.empty() ? "unknown" : name;
}

TorchInfo torch_info() {
  const bool cuda = torch::cuda::is_available();
  return {TORCH_VERSION, blas_name(),
          cuda ? fmt::format("cuda ({} visible)", torch::cuda::device_count()) : "cpu"};
}

}  // namespace digits
