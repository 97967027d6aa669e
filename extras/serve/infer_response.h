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

// The response to `request`: outputs in the order in which they were asked for. `logits`:
// [count * classes]. Numbers read back to the bit. Throws model.not_finite when a logit is NaN or
// infinite.
HttpResponse infer_response(const InferRequest& request, const ModelIdentity& model,
                            const std::vector<float>& logits);

}  // namespace digits
