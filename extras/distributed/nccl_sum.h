// Sums tensors of GPUs by NCCL, where LibTorch has it.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

#include "distributed/gloo_group.h"
#include "distributed/launch_place.h"
#include "distributed/rendezvous.h"

namespace digits {

// Starts replacing a tensor by its sum over the ranks.
using TensorSum = std::function<Work(const at::Tensor& values)>;

// Connects the ranks' GPUs, one for each rank, at the first sum. Empty if this program was built
// without NCCL. Throws std::exception.
TensorSum nccl_sum(const Store& store, const LaunchPlace& place);

}  // namespace digits
