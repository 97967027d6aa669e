#include "pipeline/doctor.h"

#include <ATen/Parallel.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "base/threads.h"
#include "inference/numerics_table.h"
#include "inference/version.h"
#include "model/device.h"

namespace digits {

namespace {

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

Json examine() {
  return Json{
      {"versions", versions()}, {"machine", machine()}, {"disk", disk()}, {"numerics", numerics()}};
}

}  // namespace digits
