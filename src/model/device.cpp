#include "model/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <system_error>
#include <utility>

#include "base/cpu_features.h"
#include "base/error.h"
#include "base/log.h"
#include "base/threads.h"
#include "model/torch_compat.h"

namespace digits {

namespace {

// The BLAS behind LibTorch: OpenBLAS reports itself when it is loaded.
std::string blas_name() {
  using GetConfig = char* (*)();
  void* symbol = dlsym(RTLD_DEFAULT, "openblas_get_config");
  if (symbol != nullptr) return reinterpret_cast<GetConfig>(symbol)();
  return at::hasMKL() ? "MKL" : "unknown (reference BLAS is about 40 times slower)";
}

// Sets those of LibTorch, and OpenBLAS's own, which LibTorch does not limit.
void set_library_threads(int threads) {
  using SetThreads = void (*)(int);
  at::set_num_threads(threads);
  void* symbol = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
  if (symbol != nullptr) reinterpret_cast<SetThreads>(symbol)(threads);
}

// The value, after colon and blanks, in the first line of a kernel's table that starts with `name`.
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

// The value of an environment variable in capitals; empty when it is not set.
std::string environment(const char* name) {
  const char* value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

c10::Device choose_device(const std::string& name) {
  const bool has_cuda = torch::cuda::is_available();
  if (name == "cpu" || (name == "auto" && !has_cuda)) return {c10::DeviceType::CPU};
  if (name != "auto" && name != "cuda") {
    throw Error("device.unknown", fmt::format("device \"{}\", expected auto, cpu or cuda", name),
                "omit --device to use the available device");
  }
  if (!has_cuda) {
    throw Error("device.cuda_missing", "no CUDA device seen, expected one",
                "use --device cpu, or check nvidia-smi and that LibTorch is a CUDA build");
  }
  return {c10::DeviceType::CUDA, 0};
}

int set_threads(int threads) {
  const int cores = available_cores();
  const int chosen = thread_count(threads, cores);
  if (chosen < threads) {
    log_warning(
        fmt::format("threads.capped: {} threads requested, {} started: 4 for each of the {} cores "
                    "that this process may use. Another number of threads may change the last bits "
                    "of a training's result",
                    threads, chosen, cores));
  }
  set_library_threads(chosen);
  return chosen;
}

TrainingThreads::TrainingThreads(std::size_t values) : before_(at::get_num_threads()) {
  constexpr std::size_t kForOneThread = 50'000;
  if (values <= kForOneThread) set_library_threads(1);
}

TrainingThreads::~TrainingThreads() { set_library_threads(before_); }

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
    const bool native =
        device.is_cuda() ? gpu_multiplies_bfloat16() : multiplies_bfloat16(cpu_features());
    return native ? Precision::kBfloat16 : Precision::kFloat32;
  }
  throw Error("config.precision",
              fmt::format("precision \"{}\", expected auto, float32 or bfloat16", name),
              "set train.precision in the configuration");
}

std::string to_string(Precision precision) {
  return precision == Precision::kBfloat16 ? "bfloat16" : "float32";
}

std::vector<std::string> cpu_features(const std::filesystem::path& table) {
  // The kernel lists the features that both the processor and the kernel support; CPUID does not
  // tell whether AMX's registers are saved across context switches.
  std::istringstream words(value_in(table, "flags"));
  CpuFeatures features;
  for (std::string word; words >> word;) {
    if (std::find(kCpuFeatures.begin(), kCpuFeatures.end(), word) != kCpuFeatures.end()) {
      features.push_back(word);
    }
  }
  const auto isa = environment("ONEDNN_MAX_CPU_ISA");
  return allowed_features(std::move(features), isa.empty() ? environment("DNNL_MAX_CPU_ISA") : isa,
                          environment("ATEN_CPU_CAPABILITY"));
}

std::string cpu_model() {
  const auto name = value_in("/proc/cpuinfo", "model name");
  return name.empty() ? "unknown" : name;
}

std::vector<std::string> gpu_models(const std::filesystem::path& folder) {
  std::set<std::string> models;
  std::error_code none;  // no such driver: an empty iterator
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
