// An inference request of the Open Inference Protocol v2, read from a body into values.
// schemas/request.schema.json has its form, README.md the meaning of each key.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace digits {

// Names of inputs and outputs beside those of the package's manifest.
constexpr const char* kPixelsInput = "pixels";  // and an output: only when asked for
constexpr const char* kPictureInput = "picture";
constexpr const char* kProbabilitiesOutput = "probabilities";
constexpr const char* kLabelOutput = "label";

// What a model takes and gives.
struct InferContract {
  Schema schema;
  std::string input;             // name of the FP32 input
  std::string output;            // name of the logits; Triton's is this with "__0" behind it
  std::size_t max_images = 256;  // of one request
};

// kPixels: the images as the model saw them, as UINT8.
enum class OutputKind { kLogits, kProbabilities, kLabel, kPixels };

struct WantedOutput {
  OutputKind kind = OutputKind::kLogits;
  std::string name;         // as the client calls it
  bool binary = false;      // behind the JSON, rather than in it
  std::size_t classes = 0;  // classification: the K best ones; 0: all values
};

struct InferRequest {
  std::optional<std::string> id;
  std::size_t count = 0;              // of images
  std::vector<float> images;          // [count, channels, rows, cols] in [0, 1]; or
  std::vector<std::string> pictures;  // count files, PNG or JPEG
  bool one_digit = false;             // read each picture as one digit, however many pieces it has
  std::vector<WantedOutput> outputs;  // at least one
};

// `header_length` is the header Inference-Header-Content-Length, where there is one: so many bytes
// of the body are JSON, and the rest are tensors. Throws request.* and names the place in the
// request.
InferRequest parse_infer_request(std::string_view body,
                                 const std::optional<std::string>& header_length,
                                 const InferContract& contract);

}  // namespace digits
