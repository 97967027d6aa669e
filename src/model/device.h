// Where tensors live, in which precision training runs, and on how many threads.
#pragma once

#include <c10/core/Device.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace digits {

// "auto" takes CUDA where there is one, else the CPU; "cpu" and "cuda" insist. Throws
// device.unknown, and device.cuda_missing when CUDA is asked for and absent.
c10::Device choose_device(const std::string& name);

// Sets the threads that LibTorch uses inside an operation (thread_count; with a warning when fewer
// than asked for) and returns their number. Debian's LibTorch would otherwise start with one.
int set_threads(int threads);

// LibTorch's threads for a training on batches of `values` numbers, as long as it lives: one when
// there are 50,000 or fewer, else as many as before. Threads meet after each operation: with little
// work in one, a second thread costs more than it brings, and much more beside other work.
class TrainingThreads {
 public:
  explicit TrainingThreads(std::size_t values);
  ~TrainingThreads();
  TrainingThreads(const TrainingThreads&) = delete;
  TrainingThreads& operator=(const TrainingThreads&) = delete;

 private:
  int before_;
};

// Makes results a function of the input alone, as far as the device can: no TensorFloat-32, no
// benchmark-chosen cuDNN algorithms.
void make_deterministic();

enum class Precision { kFloat32, kBfloat16 };

// "auto" takes bfloat16 where it is multiplied natively (AMX, AVX-512; compute capability 8),
// where it is faster, and float32 on others. "float32" and "bfloat16" insist. Throws
// config.precision.
Precision choose_precision(const std::string& name, c10::Device device);

std::string to_string(Precision precision);

// What CPU and kernel offer of kCpuFeatures (/proc/cpuinfo on x86 Linux, else nothing), less what
// the environment forbids.
std::vector<std::string> cpu_features();

// The processor's name as the kernel has it (x86 Linux), else "unknown".
std::string cpu_model();

// The models of the machine's GPUs, sorted, each once, as NVIDIA's driver for Linux has them in
// `folder`; none without it.
std::vector<std::string> gpu_models(const std::filesystem::path& folder);

// The linked LibTorch and its devices on this machine.
struct TorchInfo {
  std::string version;
  std::string blas;
  std::string device;  // "cpu", or "cuda (1 visible, of NVIDIA H100)"
};
TorchInfo torch_info();

}  // namespace digits
