#include "distributed/nccl_sum.h"

#ifdef USE_C10D_NCCL

#include <chrono>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#include <vector>

namespace digits {

TensorSum nccl_sum(const Store& store, const LaunchPlace& place) {
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = std::chrono::hours(24 * 365);  // the heartbeat detects lost ranks
  auto group = c10::make_intrusive<c10d::ProcessGroupNCCL>(
      c10::make_intrusive<c10d::PrefixStore>("nccl", store), place.rank, place.ranks, options);
  return [group](const at::Tensor& values) {
    std::vector<at::Tensor> tensors{values};
    return group->allreduce(tensors);
  };
}

}  // namespace digits

#else

namespace digits {

TensorSum nccl_sum(const Store& /*store*/, const LaunchPlace& /*place*/) { return {}; }

}  // namespace digits

#endif
