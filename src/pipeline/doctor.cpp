#include "pipeline/doctor.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <system_error>

#include "base/threads.h"
#include "inference/numerics_table.h"
#include "inference/version.h"
#include "model/device.h"
#include "model/torch_compat.h"

namespace digits {

namespace {

using Clock = std::chrono::steady_clock;

// Billions of operations per second of `work`, which returns sums of `terms` products each: the
// best of some runs within a twentieth of a second.
template <typename Work>
double billions_per_second(std::int64_t terms, const Work& work) {
  double best = 0.0;
  const at::Tensor sums = work();  // warm-up: creates threads, kernels and memory
  const double operations = count_operations(sums.numel(), terms);
  for (const auto start = Clock::now(); Clock::now() - start < std::chrono::milliseconds(50);) {
    const auto before = Clock::now();
    work();
    const std::chrono::duration<double> seconds = Clock::now() - before;
    best = std::max(best, operations / seconds.count() / 1e9);
  }
  return best;
}

double matrix_product(at::ScalarType type) {
  const auto a = at::ones({512, 512}, type), b = at::ones({512, 512}, type);
  return billions_per_second(a.size(1), [&] { return at::matmul(a, b); });
}

// The precisions of trainings with "auto". A processor without products in bfloat16 rounds each
// partial sum: up to 0.08 of the largest value on an AMD EPYC with AVX2, which is no fault.
std::vector<Precision> precisions_in_use() {
  std::vector<Precision> all{Precision::kFloat32};
  const auto chosen = choose_precision("auto", c10::Device(c10::DeviceType::CPU));
  if (chosen != all.front()) all.push_back(chosen);
  return all;
}

Json numerics() {
  return Json{{"channels", table_channels()},
              {"rows", numerics_table(table_channels(), precisions_in_use())}};
}

// null where LibTorch cannot compute it: oneDNN 2.6 has no bfloat16 without AVX-512.
Json convolution(at::ScalarType type) {
  const auto maps = at::ones({32, 32, 14, 14}, type).contiguous(at::MemoryFormat::ChannelsLast);
  const auto kernels = at::ones({64, 32, 3, 3}, type);
  try {
    return billions_per_second(kernels[0].numel(),
                               [&] { return at::conv2d(maps, kernels, {}, 1, 1); });
  } catch (const std::exception&) {
    return nullptr;
  }
}

Json speeds() {
  const at::NoGradGuard no_grad;
  return Json{{"matrix_product_float32", matrix_product(at::kFloat)},
              {"convolution_float32", convolution(at::kFloat)},
              {"convolution_bfloat16", convolution(at::kBFloat16)}};
}

// Gigabytes free on the file system of `folder`; null when unknown.
Json free_gigabytes(const std::filesystem::path& folder) {
  std::error_code error;
  const auto space = std::filesystem::space(folder, error);
  return error ? Json() : Json(static_cast<double>(space.available) / 1e9);
}

Json disk() {
  std::error_code error;
  const auto temporary = std::filesystem::temp_directory_path(error);
  return Json{{"working_folder", free_gigabytes(".")},
              {"temporary_folder", free_gigabytes(temporary)}};
}

// Environment variables that are set and affect the libraries' results.
Json environment() {
  Json set = Json::object();
  for (const char* name :
       {"OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OPENBLAS_THREAD_TIMEOUT",
        "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "ATEN_CPU_CAPABILITY", "CUDA_VISIBLE_DEVICES"}) {
    const char* const value = std::getenv(name);
    if (value != nullptr) set[name] = value;
  }
  return set;
}

Json machine() {
  const auto quota = cpu_quota();
  return Json{{"processor", cpu_model()},
              {"features", cpu_features()},
              {"cores", affinity_cores()},
              {"quota", quota ? Json(*quota) : Json()},
              {"threads", at::get_num_threads()},
              {"precision", to_string(choose_precision("auto", choose_device("auto")))},
              {"environment", environment()}};
}

}  // namespace

double count_operations(std::int64_t sums, std::int64_t terms) {
  return 2.0 * static_cast<double>(sums) * static_cast<double>(terms);
}

Json examine() {
  return Json{{"versions", versions()},
              {"machine", machine()},
              {"disk", disk()},
              {"numerics", numerics()},
              {"speed", speeds()}};
}

}  // namespace digits
