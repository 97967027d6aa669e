#include "model/tensors.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "base/interrupt.h"

namespace digits {

at::Tensor byte_tensor(const std::uint8_t* images, std::size_t n, const Schema& schema) {
  // from_blob takes a mutable pointer.
  return at::from_blob(const_cast<std::uint8_t*>(images),
                       {static_cast<int64_t>(n), schema.rows, schema.cols, schema.channels},
                       at::kByte);
}

at::Tensor unit_images(const at::Tensor& bytes) {
  return bytes.permute({0, 3, 1, 2}).to(at::kFloat).div_(255.0);
}

at::Tensor image_tensor(const std::uint8_t* images, std::size_t n, const Schema& schema,
                        c10::Device device) {
  return unit_images(byte_tensor(images, n, schema).to(device));
}

at::Tensor label_tensor(const std::vector<std::int64_t>& labels, c10::Device device) {
  return at::tensor(labels, at::kLong).to(device);
}

std::vector<float> logits_of(const Forward& forward, const std::uint8_t* images, std::size_t n,
                             const Schema& schema, c10::Device device, std::size_t batch_size) {
  const c10::InferenceMode inference;
  std::vector<float> logits;
  logits.reserve(n * static_cast<std::size_t>(schema.classes()));
  for (std::size_t begin = 0; begin < n; begin += batch_size) {
    throw_if_interrupted("inference");
    const auto count = std::min(batch_size, n - begin);
    const auto input = image_tensor(images + begin * schema.image_bytes(), count, schema, device);
    const auto output = forward(input).to(at::kCPU, at::kFloat).contiguous();
    const auto* values = output.data_ptr<float>();
    logits.insert(logits.end(), values, values + output.numel());
  }
  return logits;
}

}  // namespace digits
