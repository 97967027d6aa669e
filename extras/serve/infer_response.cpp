#include "serve/infer_response.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <numeric>

#include "base/error.h"
#include "base/json.h"
#include "metrics/classification.h"

namespace digits {

namespace {

// The values of one output, all of one type.
struct OutputTensor {
  std::vector<std::size_t> shape;
  std::vector<float> numbers;        // FP32; or
  std::vector<std::uint8_t> pixels;  // UINT8; or
  std::vector<std::string> strings;  // BYTES

  const char* datatype() const {
    return !strings.empty() ? "BYTES" : !pixels.empty() ? "UINT8" : "FP32";
  }
};

std::string quoted(const std::string& text) { return to_text(Json(text), -1); }

// "0.98:7:seven" for the `k` largest values of each row, as Triton's classification extension.
std::vector<std::string> best_classes(const std::vector<float>& values, std::size_t k,
                                      const std::vector<std::string>& names) {
  std::vector<std::string> best;
  std::vector<std::size_t> order(names.size());
  for (std::size_t row = 0; row < values.size(); row += names.size()) {
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return values[row + a] > values[row + b];
    });
    for (std::size_t i = 0; i < k; ++i) {
      best.push_back(fmt::format("{}:{}:{}", values[row + order[i]], order[i], names[order[i]]));
    }
  }
  return best;
}

OutputTensor pixels_of(const InferValues& values, std::size_t rows) {
  OutputTensor tensor;
  tensor.shape = values.image_shape;
  tensor.shape.insert(tensor.shape.begin(), rows);
  for (const float unit : values.images) {
    tensor.pixels.push_back(static_cast<std::uint8_t>(std::lround(unit * 255.0F)));
  }
  return tensor;
}

OutputTensor tensor_of(const RequestedOutput& output, const std::vector<std::string>& names,
                       const InferValues& values, const std::vector<float>& probabilities) {
  const auto rows = values.logits.size() / names.size();
  if (output.kind == OutputKind::kPixels) return pixels_of(values, rows);
  OutputTensor tensor;
  tensor.shape = {rows};
  if (output.kind == OutputKind::kLabel) {
    for (const auto label : argmax_rows(values.logits, names.size())) {
      tensor.strings.push_back(names[label]);
    }
    return tensor;
  }
  const auto& numbers = output.kind == OutputKind::kLogits ? values.logits : probabilities;
  tensor.shape.push_back(output.classes > 0 ? std::min(output.classes, names.size())
                                            : names.size());
  if (output.classes > 0) {
    tensor.strings = best_classes(numbers, tensor.shape[1], names);
  } else {
    tensor.numbers = numbers;
  }
  return tensor;
}

void append_length(std::string& out, std::uint32_t length) {
  out.append(reinterpret_cast<const char*>(&length), sizeof length);
}

std::string binary_of(const OutputTensor& tensor) {
  std::string bytes(reinterpret_cast<const char*>(tensor.numbers.data()),
                    tensor.numbers.size() * sizeof(float));
  bytes.append(reinterpret_cast<const char*>(tensor.pixels.data()), tensor.pixels.size());
  for (const auto& text : tensor.strings) {
    append_length(bytes, static_cast<std::uint32_t>(text.size()));
    bytes += text;
  }
  return bytes;
}

void append_data(std::string& json, const OutputTensor& tensor) {
  json += "[";
  const char* comma = "";
  for (const float number : tensor.numbers) {
    fmt::format_to(std::back_inserter(json), "{}{}", comma, number);
    comma = ",";
  }
  for (const int pixel : tensor.pixels) {
    fmt::format_to(std::back_inserter(json), "{}{}", comma, pixel);
    comma = ",";
  }
  for (const auto& text : tensor.strings) {
    json += comma;
    json += quoted(text);
    comma = ",";
  }
  json += "]";
}

void append_output(std::string& json, std::string& binary, const RequestedOutput& output,
                   const OutputTensor& tensor) {
  fmt::format_to(std::back_inserter(json), R"({{"name":{},"datatype":"{}","shape":[{}],)",
                 quoted(output.name), tensor.datatype(), fmt::join(tensor.shape, ","));
  if (output.binary) {
    const auto bytes = binary_of(tensor);
    fmt::format_to(std::back_inserter(json), R"("parameters":{{"binary_data_size":{}}}}})",
                   bytes.size());
    binary += bytes;
  } else {
    json += "\"data\":";
    append_data(json, tensor);
    json += "}";
  }
}

}  // namespace

void require_finite(const std::vector<float>& logits) {
  if (std::all_of(logits.begin(), logits.end(), [](float value) { return std::isfinite(value); })) {
    return;
  }
  throw Error("model.not_finite", "a logit is NaN or infinite, expected a number",
              "the model is at fault: serve another version");
}

HttpResponse infer_response(const InferRequest& request, const ModelIdentity& model,
                            const InferValues& values) {
  require_finite(values.logits);
  const auto exact = softmax_rows(values.logits, model.class_names.size());
  const std::vector<float> probabilities(exact.begin(), exact.end());
  std::string json = fmt::format(R"({{"model_name":{},"model_version":{},)", quoted(model.name),
                                 quoted(model.version));
  if (request.id) json += fmt::format("\"id\":{},", quoted(*request.id));
  json += "\"outputs\":[";
  std::string binary;
  for (std::size_t i = 0; i < request.outputs.size(); ++i) {
    if (i > 0) json += ",";
    append_output(json, binary, request.outputs[i],
                  tensor_of(request.outputs[i], model.class_names, values, probabilities));
  }
  json += "]}";
  HttpResponse response;
  const bool any_binary = std::any_of(request.outputs.begin(), request.outputs.end(),
                                      [](const auto& output) { return output.binary; });
  if (any_binary) {
    response.content_type = "application/octet-stream";
    response.headers.emplace_back("Inference-Header-Content-Length", std::to_string(json.size()));
  }
  response.body = std::move(json) + binary;
  return response;
}

}  // namespace digits
