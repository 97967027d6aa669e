// An inference response of the Open Inference Protocol v2, from logits to a body.
// schemas/response.schema.json has its form.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "serve/http_message.h"
#include "serve/infer_request.h"

namespace digits {

// Who answers.
struct ModelIdentity {
  std::string name;
  std::string version;
  std::vector<std::string> class_names;
};

// What the model made of a request.
struct InferValues {
  std::vector<float> logits;               // [count * classes]
  std::vector<float> images{};             // [count, channels, rows, cols] in [0, 1], that it saw
  std::vector<std::size_t> image_shape{};  // channels, rows, cols
};

// The response to `request`: outputs in the order in which they were asked for. Numbers read back
// to the bit. Throws model.not_finite when a logit is NaN or infinite.
HttpResponse infer_response(const InferRequest& request, const ModelIdentity& model,
                            const InferValues& values);

}  // namespace digits
