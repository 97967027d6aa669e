#include "model/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>
#include <thread>

#include "base/error.h"
#include "model/torch_compat.h"

namespace digits {

namespace {

// The BLAS behind LibTorch: OpenBLAS says so itself when it is loaded.
std::string blas_name() {
  using GetConfig = char* (*)();
  void* symbol = dlsym(RTLD_DEFAULT, "openblas_get_config");
  if (symbol != nullptr) return reinterpret_cast<GetConfig>(symbol)();
  return at::hasMKL() ? "MKL" : "unknown (reference BLAS is about 40 times slower)";
}

// What follows colon and blanks in the first line of a kernel's table that starts with `name`.
std::string value_in(const std::filesystem::path& table, const std::string& name) {
  std::ifstream file(table);
  std::string line;
  while (std::getline(file, line)) {
    const auto colon = line.find(':');
    if (line.rfind(name, 0) != 0 || colon == std::string::npos) continue;
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? std::string() : line.substr(begin);
  }
  return {};
}

bool multiplies_bfloat16(c10::Device device) {
  if (device.is_cuda()) return gpu_multiplies_bfloat16();
  const auto features = cpu_features();
  return std::find(features.begin(), features.end(), "amx_bf16") != features.end();
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
  std::istringstream words(value_in("/proc/cpuinfo", "flags"));
  std::vector<std::string> features;
  for (std::string word; words >> word;) {
    if (word == "avx2" || word == "avx512f" || word == "avx512_bf16" || word == "amx_bf16") {
      features.push_back(word);
    }
  }
  return features;
}

std::string cpu_model() {
  const auto name = value_in("/proc/cpuinfo", "model name");
  return name.empty() ? "unknown" : name;
}

std::vector<std::string> gpu_models(const std::filesystem::path& folder) {
  std::set<std::string> models;
  std::error_code none;  // no such driver: an iterator at its end
  for (const auto& gpu : std::filesystem::directory_iterator(folder, none)) {
    const auto model = value_in(gpu.path() / "information", "Model");
    if (!model.empty()) models.insert(model);
  }
  return {models.begin(), models.end()};
}

TorchInfo torch_info() {
  std::string device = "cpu";
  if (torch::cuda::is_available()) {
    const auto models = gpu_models("/proc/driver/nvidia/gpus");
    device =
        fmt::format("cuda ({} visible, of {})", torch::cuda::device_count(),
                    models.empty() ? "unknown model" : fmt::to_string(fmt::join(models, ", ")));
  }
  return {TORCH_VERSION, blas_name(), device};
}

}  // namespace digits
