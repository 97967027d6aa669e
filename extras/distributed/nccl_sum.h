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

// Whether this program was built with NCCL.
bool has_nccl();

// Connects the ranks' GPUs, one for each rank. Throws std::exception, also without NCCL, and waits
// without limit for a rank that does not call it.
TensorSum nccl_sum(const Store& store, const LaunchPlace& place);

}  // namespace digits
