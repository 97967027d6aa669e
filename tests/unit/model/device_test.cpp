#include "model/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <torch/cuda.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <regex>

#include "base/cpu_features.h"
#include "base/files.h"
#include "base/threads.h"
#include "support/testing.h"

namespace digits {
namespace {

// Sets a variable of this process's environment while the object exists.
class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const char* value) : name_(name) {
    const char* before = std::getenv(name);
    if (before != nullptr) before_ = before;
    ::setenv(name, value, 1);
  }
  ~EnvironmentVariable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

TEST(Device, RejectsUnknownNames) {
  expect_error("device.unknown", [] { choose_device("tpu"); });
  expect_error("config.precision", [] { choose_precision("float16", c10::kCPU); });
  EXPECT_TRUE(choose_device("cpu").is_cpu());
}

TEST(Device, RejectsCudaWithoutAGpu) {
  if (torch::cuda::is_available()) {
    EXPECT_TRUE(choose_device("cuda").is_cuda());
    EXPECT_TRUE(choose_device("auto").is_cuda());
  } else {
    expect_error("device.cuda_missing", [] { choose_device("cuda"); });
    EXPECT_TRUE(choose_device("auto").is_cpu());
  }
}

// The environment of this process changes the automatic choice. A precision set by the user is
// kept.
TEST(Device, AutoPrecisionObeysTheEnvironment) {
  const EnvironmentVariable limit("ONEDNN_MAX_CPU_ISA", "avx2");
  EXPECT_EQ(to_string(choose_precision("auto", c10::kCPU)), "float32");
  EXPECT_EQ(to_string(choose_precision("bfloat16", c10::kCPU)), "bfloat16");
  EXPECT_EQ(to_string(choose_precision("float32", c10::kCPU)), "float32");
}

// Bfloat16 is the choice for a processor that multiplies it.
TEST(Device, AutoPrecisionFollowsTheProcessor) {
  EXPECT_EQ(to_string(choose_precision("auto", c10::kCPU)),
            multiplies_bfloat16(cpu_features()) ? "bfloat16" : "float32");
}

// On a processor with all features.
TEST(Device, CpuFeaturesObeyTheEnvironment) {
  const TemporaryDirectory folder;
  write_file(folder / "cpuinfo",
             "processor\t: 0\nflags\t\t: fpu avx2 avx512f avx512_bf16 amx_bf16 sse2\n");
  const auto features_with = [&](const char* name, const char* value) {
    const EnvironmentVariable onednn("ONEDNN_MAX_CPU_ISA", "");
    const EnvironmentVariable dnnl("DNNL_MAX_CPU_ISA", "");
    const EnvironmentVariable aten("ATEN_CPU_CAPABILITY", "");
    const EnvironmentVariable limit(name, value);
    return cpu_features(folder / "cpuinfo");
  };
  using testing::ElementsAre;
  const auto avx2_alone = ElementsAre("avx2");
  EXPECT_THAT(features_with("ONEDNN_MAX_CPU_ISA", ""),
              ElementsAre("avx2", "avx512f", "avx512_bf16", "amx_bf16"));
  EXPECT_THAT(features_with("ONEDNN_MAX_CPU_ISA", "avx2"), avx2_alone);
  EXPECT_THAT(features_with("DNNL_MAX_CPU_ISA", "AVX2"), avx2_alone);
  EXPECT_THAT(features_with("ATEN_CPU_CAPABILITY", "avx2"), avx2_alone);
}

// The format of the driver's files. A GPU without a name is skipped.
TEST(Device, NamesTheGpusOfTheMachine) {
  const TemporaryDirectory folder;
  EXPECT_THAT(gpu_models(folder / "no driver"), testing::IsEmpty());
  for (const char* bus : {"0000:03:00.0", "0000:04:00.0"}) {
    std::filesystem::create_directories(folder / bus);
    write_file(folder / bus / "information",
               "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 85\nGPU UUID: \t GPU-1234\n");
  }
  std::filesystem::create_directories(folder / "0000:05:00.0");
  write_file(folder / "0000:05:00.0" / "information", "Model: \n");
  EXPECT_THAT(gpu_models(folder.path()), testing::ElementsAre("NVIDIA H100 80GB HBM3"));
}

// A GPU gives the same bits again: whatever was set before, LibTorch neither rounds products to
// TensorFloat-32 nor chooses among cuDNN's algorithms by their time.
TEST(Device, MakesResultsRepeatable) {
  auto& context = at::globalContext();
  context.setAllowTF32CuDNN(true);
  context.setAllowTF32CuBLAS(true);
  context.setBenchmarkCuDNN(true);
  context.setDeterministicCuDNN(false);
  make_deterministic();
  EXPECT_FALSE(context.allowTF32CuDNN());
  EXPECT_FALSE(context.allowTF32CuBLAS());
  EXPECT_FALSE(context.benchmarkCuDNN());
  EXPECT_TRUE(context.deterministicCuDNN());
}

TEST(Device, NamesTheBlas) { EXPECT_NE(torch_info().blas, ""); }

TEST(Device, SetsTheThreadsOfLibTorch) {
  const int before = at::get_num_threads();
  EXPECT_EQ(set_threads(1), 1);
  EXPECT_EQ(at::get_num_threads(), 1);
  EXPECT_EQ(set_threads(0), available_cores());
  EXPECT_EQ(at::get_num_threads(), available_cores());
  const int many = 4 * available_cores() + 1;  // few enough for a test, more than the cap
  EXPECT_EQ(set_threads(many), thread_count(many, available_cores()));
  EXPECT_EQ(at::get_num_threads(), thread_count(many, available_cores()));
  set_threads(before);
}

// OpenBLAS starts a thread for each core, whatever LibTorch is told; a small training gets one.
TEST(Device, SetsTheThreadsOfOpenBlas) {
  using GetThreads = int (*)();
  void* symbol = dlsym(RTLD_DEFAULT, "openblas_get_num_threads");
  if (symbol == nullptr) GTEST_SKIP() << "another BLAS";
  const auto blas_threads = reinterpret_cast<GetThreads>(symbol);
  const int before = at::get_num_threads();
  for (const int threads : {1, 2}) {
    set_threads(threads);
    EXPECT_EQ(blas_threads(), threads);
  }
  {
    const TrainingThreads small(100);
    EXPECT_EQ(blas_threads(), 1);
  }
  EXPECT_EQ(blas_threads(), 2);
  set_threads(before);
}

// One word or more, in the kernel's format. Some processors have no name there.
TEST(CpuModel, IsReadFromTheKernel) {
  std::ifstream file("/proc/cpuinfo");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::smatch match;
  const bool named = std::regex_search(text, match, std::regex("model name\\s*: ([^\n]+)\n"));
  EXPECT_EQ(cpu_model(), named ? match[1].str() : "unknown");
}

}  // namespace
}  // namespace digits
