// Formats an inference response of the Open Inference Protocol v2, from logits to a body.
// schemas/response.schema.json specifies its form.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "serve/http_message.h"
#include "serve/infer_request.h"

namespace digits {

// The model that answers.
struct ModelIdentity {
  std::string name;
  std::string version;
  std::vector<std::string> class_names;
};

// The model's results for a request.
struct InferValues {
  std::vector<float> logits;               // [count * classes]
  std::vector<float> images{};             // [count, channels, rows, cols] in [0, 1], its input
  std::vector<std::size_t> image_shape{};  // channels, rows, cols
};

// Throws model.not_finite when a logit is NaN or infinite: JSON has no such number.
void require_finite(const std::vector<float>& logits);

// The response to `request`: outputs in the requested order. Numbers read back bit for bit. Throws
// as require_finite.
HttpResponse infer_response(const InferRequest& request, const ModelIdentity& model,
                            const InferValues& values);

}  // namespace digits
