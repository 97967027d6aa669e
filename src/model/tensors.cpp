#include "model/tensors.h"

#include <torch/torch.h>

#include <algorithm>

namespace digits {

at::Tensor image_tensor(const std::uint8_t* images, std::size_t n, const Schema& schema,
                        c10::Device device) {
  // from_blob wants a mutable pointer; the conversion below copies before anything could write.
  const auto bytes = torch::from_blob(
      const_cast<std::uint8_t*>(images),
      {static_cast<int64_t>(n), schema.rows, schema.cols, schema.channels}, torch::kUInt8);
  return bytes.to(device).permute({0, 3, 1, 2}).to(torch::kFloat32).div_(255.0);
}

at::Tensor label_tensor(const std::vector<std::int64_t>& labels, c10::Device device) {
  return torch::tensor(labels, torch::kInt64).to(device);
}

std::vector<float> logits_of(const Forward& forward, const std::uint8_t* images, std::size_t n,
                             const Schema& schema, c10::Device device, std::size_t batch_size) {
  const torch::InferenceMode inference;
  std::vector<float> logits;
  logits.reserve(n * static_cast<std::size_t>(schema.classes()));
  for (std::size_t begin = 0; begin < n; begin += batch_size) {
    const auto count = std::min(batch_size, n - begin);
    const auto input = image_tensor(images + begin * schema.image_bytes(), count, schema, device);
    const auto output = forward(input).to(torch::kCPU, torch::kFloat32).contiguous();
    const auto* values = output.data_ptr<float>();
    logits.insert(logits.end(), values, values + output.numel());
  }
  return logits;
}

}  // namespace digits
