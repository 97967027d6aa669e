// Converts between bytes and tensors.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "data/batches.h"
#include "data/dataset.h"

namespace digits {

// A classifier, eager or TorchScript: [N, channels, rows, cols] float32 in [0, 1] -> [N, classes]
// logits.
using Forward = std::function<at::Tensor(const at::Tensor&)>;

// `n` images of `schema` as [n, rows, cols, channels] bytes. The tensor shares their memory; do not
// write to it.
at::Tensor byte_tensor(const std::uint8_t* images, std::size_t n, const Schema& schema);

// Converts bytes [n, rows, cols, channels] to [n, channels, rows, cols] float32 in [0, 1], on the
// same device, in channels-last layout.
at::Tensor unit_images(const at::Tensor& bytes);

// `n` images of `schema` as [n, channels, rows, cols] float32 in [0, 1] on `device`. They are
// copied to the device as bytes.
at::Tensor image_tensor(const std::uint8_t* images, std::size_t n, const Schema& schema,
                        c10::Device device);

// [n] int64 on `device`.
at::Tensor label_tensor(const std::vector<std::int64_t>& labels, c10::Device device);

// The logits of `n` images, [n * classes] row by row, computed in chunks of `batch_size` without
// gradients. `images` as in Dataset.
std::vector<float> logits_of(const Forward& forward, const std::uint8_t* images, std::size_t n,
                             const Schema& schema, c10::Device device,
                             std::size_t batch_size = 500);

}  // namespace digits
