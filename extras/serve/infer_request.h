// Parses an inference request of the Open Inference Protocol v2 from a body.
// schemas/request.schema.json specifies its form, protocol.md the meaning of each key.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace digits {

// Names of inputs and outputs in addition to those of the package's manifest.
constexpr const char* kPixelsInput = "pixels";  // also an output, only on request
constexpr const char* kPictureInput = "picture";
constexpr const char* kProbabilitiesOutput = "probabilities";
constexpr const char* kLabelOutput = "label";

// The inputs and outputs of a model.
struct InferContract {
  Schema schema;
  std::string input;             // name of the FP32 input
  std::string output;            // name of the logits; Triton appends "__0"
  std::size_t max_images = 256;  // of one request
};

// kPixels: the model's input images, as UINT8.
enum class OutputKind { kLogits, kProbabilities, kLabel, kPixels };

struct RequestedOutput {
  OutputKind kind = OutputKind::kLogits;
  std::string name;         // the client's name for it
  bool binary = false;      // after the JSON, not in it
  std::size_t classes = 0;  // classification: the K best ones; 0: all values
};

struct InferRequest {
  std::optional<std::string> id;
  std::size_t count = 0;              // of images
  std::vector<float> images;          // [count, channels, rows, cols] in [0, 1]; or
  std::vector<std::string> pictures;  // count files, PNG or JPEG
  bool one_digit = false;             // read each picture as one digit, with any number of pieces
  std::vector<RequestedOutput> outputs;  // at least one
};

// `header_length` is the header Inference-Header-Content-Length, if present: the number of JSON
// bytes at the start of the body; the rest are tensors. Throws request.*, naming the place in the
// request.
InferRequest parse_infer_request(std::string_view body,
                                 const std::optional<std::string>& header_length,
                                 const InferContract& contract);

}  // namespace digits
