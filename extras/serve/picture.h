// Converts PNG and JPEG files to a model's input images.
#pragma once

#include <functional>
#include <vector>

#include "serve/infer_request.h"
#include "serve/served_model.h"

namespace digits {

// Images [count, channels, rows, cols] in [0, 1], one for each picture of the request, read as
// `digits predict` reads pictures. Throws image.* (data/image_file.h), and image.several for a
// picture of several digits. `before_each` picture is called first; what it throws ends the
// reading.
std::vector<float> read_pictures(const InferRequest& request, const ModelFacts& facts,
                                 const std::function<void()>& before_each);

// Convert between the pixel order of files, [rows, cols, channels] bytes, and that of tensors.
void append_tensor(const std::vector<std::uint8_t>& image, const Schema& schema,
                   std::vector<float>& tensor);
std::vector<std::uint8_t> image_bytes(const float* tensor, const Schema& schema);

}  // namespace digits
