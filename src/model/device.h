// Chooses the device of tensors, the precision of training and the number of threads.
#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace digits {

// "auto" takes CUDA where it is available, else the CPU; "cpu" and "cuda" require that device.
// Throws device.unknown, and device.cuda_missing when CUDA is requested and absent.
c10::Device choose_device(const std::string& name);

// Sets the threads that LibTorch and OpenBLAS use inside an operation (thread_count; warns when it
// starts fewer than requested) and returns their number. Those of LibTorch are this thread's, those
// of OpenBLAS the process's. Debian's LibTorch would otherwise start with one, OpenBLAS with all.
int set_threads(int threads);

// Sets these threads for a training on batches of `values` numbers, as long as it lives: one
// for 50,000 or fewer, else the number is unchanged. Threads synchronise after each operation: for
// a small operation a second thread costs more than it brings, and much more on a busy machine.
class TrainingThreads {
 public:
  explicit TrainingThreads(std::size_t values);
  ~TrainingThreads();
  TrainingThreads(const TrainingThreads&) = delete;
  TrainingThreads& operator=(const TrainingThreads&) = delete;

 private:
  int before_;
};

// Makes results a function of the input alone, as far as the device allows: no TensorFloat-32, no
// benchmark-chosen cuDNN algorithms.
void make_deterministic();

enum class Precision { kFloat32, kBfloat16 };

// "auto" takes bfloat16 where it is multiplied natively (AMX, AVX-512; compute capability 8) and so
// is faster, else float32. "float32" and "bfloat16" require that precision. Throws
// config.precision.
Precision choose_precision(const std::string& name, c10::Device device);

std::string to_string(Precision precision);

// The features of kCpuFeatures that CPU and kernel offer by the kernel's table (x86 Linux; none
// elsewhere), without those that the environment forbids.
std::vector<std::string> cpu_features(const std::filesystem::path& table = "/proc/cpuinfo");

// The processor's name in the kernel's table (x86 Linux), else "unknown".
std::string cpu_model();

// The models of the machine's GPUs, sorted, each once, from `folder` of NVIDIA's driver for Linux;
// none without the driver.
std::vector<std::string> gpu_models(const std::filesystem::path& folder);

// The linked LibTorch and its devices on this machine.
struct TorchInfo {
  std::string version;
  std::string blas;
  std::string device;  // "cpu", or "cuda (1 visible, of NVIDIA H100)"
};
TorchInfo torch_info();

}  // namespace digits
