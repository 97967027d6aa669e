// Ranks on GPUs, one device each.
#include <torch/cuda.h>

#include "base/files.h"
#include "distributed/tests/support/rank_processes.h"
#include "smoke/smoke.h"

namespace digits {
namespace {

// Two GPUs average their gradients, by NCCL where the program has it, and repeat themselves.
TEST_F(Smoke, TwoGpusTrainTogether) {
  const auto devices = torch::cuda::device_count();
  if (devices < 2) GTEST_SKIP() << devices << " CUDA devices seen, two are needed";
  const TemporaryDirectory folder;
  for (const char* run : {"first", "second"}) {
    for (const auto& result : run_processes(2, {"train", "--config", fixtures() / "smoke.toml",
                                                "--device", "cuda", "--out", folder / run})) {
      EXPECT_EQ(result.status, 0) << result.err;
    }
  }
  EXPECT_EQ(read_file(folder / "first/checkpoint/best.safetensors"),
            read_file(folder / "second/checkpoint/best.safetensors"));
}

}  // namespace
}  // namespace digits
