// Names at::Tensor for headers that only pass tensors on: its own header costs each file a second.
#pragma once

namespace at {
class Tensor;
}  // namespace at
