#include "serve/infer_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/printable.h"
#include "serve/json_fields.h"
#include "serve/tensor_data.h"

namespace digits {

namespace {

constexpr std::size_t kLongestId = 256;

struct Split {
  std::string_view json;
  std::string_view binary;
};

Split split_body(std::string_view body, const std::optional<std::string>& header_length) {
  if (!header_length) return {body, {}};
  std::size_t length = 0;
  const char* const end = header_length->data() + header_length->size();
  const auto [behind, error] = std::from_chars(header_length->data(), end, length);
  if (error == std::errc() && behind == end && length <= body.size()) {
    return {body.substr(0, length), body.substr(length)};
  }
  throw Error(
      "request.binary",
      fmt::format("Inference-Header-Content-Length {}, expected at most the {} bytes of the "
                  "body",
                  printable(header_length->substr(0, 40)), body.size()),
      "it is the length of the JSON in front of the tensors");
}

// An input as described in the request.
struct Input {
  std::string name;
  std::string datatype;
  TensorShape shape;
  JsonFields fields;
  JsonFields parameters;
};

Input parse_input(JsonElement element) {
  const std::string where = "inputs[0]";
  Input input;
  input.fields = fields_of(element, where, {"name", "shape", "datatype", "data", "parameters"}, 3);
  input.name = string_at(input.fields["name"], where + ".name");
  input.datatype = string_at(input.fields["datatype"], where + ".datatype");
  input.parameters = parameters_of(input.fields, where);
  for (const auto& size : array_at(input.fields["shape"], where + ".shape")) {
    input.shape.push_back(whole_number_at(size, where + ".shape"));
    if (input.shape.size() > 8) throw_field(where + ".shape", "longer", "at most 8 sizes");
  }
  return input;
}

void require_datatype(const Input& input, const char* expected) {
  if (input.datatype == expected) return;
  throw Error("request.datatype",
              fmt::format("input {} as {}, expected {}", input.name,
                          printable(input.datatype.substr(0, 40)), expected),
              "FP32 values lie in [0, 1], UINT8 in [0, 255]; BYTES are PNG or JPEG files");
}

// `rest`: the sizes after N.
void require_shape(const Input& input, const TensorShape& rest, std::size_t max_images) {
  const bool fits = input.shape.size() == rest.size() + 1 && input.shape[0] > 0 &&
                    std::equal(rest.begin(), rest.end(), input.shape.begin() + 1);
  if (!fits) {
    throw Error(
        "request.shape",
        fmt::format("input {} has shape [{}], expected [N{}{}]", input.name,
                    fmt::join(input.shape, ", "), rest.empty() ? "" : ", ", fmt::join(rest, ", ")),
        "N images of at least 1; colour channels come before rows and columns");
  }
  if (input.shape[0] > max_images) {
    throw Error(
        "request.too_large",
        fmt::format("{} images, expected at most {} in a request", input.shape[0], max_images),
        "send them in several requests");
  }
}

// The bytes after the JSON that belong to the input; nothing when its data are in the JSON.
std::optional<std::string_view> binary_of(const Input& input, std::string_view binary) {
  const auto found = input.parameters.find("binary_data_size");
  const bool has_data = input.fields.count("data") > 0;
  const bool has_binary = found != input.parameters.end();
  if (has_data == has_binary) {
    throw_field("inputs[0]", has_data ? "with both data and binary_data_size" : "without data",
                "data, or the parameter binary_data_size");
  }
  const auto size =
      has_binary ? whole_number_at(found->second, "inputs[0].parameters.binary_data_size") : 0;
  if (size != binary.size()) {
    throw Error("request.binary",
                fmt::format("{} bytes behind the JSON, expected {}", binary.size(), size),
                "send Inference-Header-Content-Length with the length of the JSON");
  }
  return has_binary ? std::optional(binary) : std::nullopt;
}

void read_input(const Input& input, std::string_view rest, const InferContract& contract,
                InferRequest& request) {
  const auto& schema = contract.schema;
  const bool is_picture = input.name == kPictureInput, is_pixels = input.name == kPixelsInput;
  if (!is_picture && !is_pixels && input.name != contract.input) {
    throw Error("request.input",
                fmt::format("input {}, expected {}, {} or {}", printable(input.name.substr(0, 60)),
                            contract.input, kPixelsInput, kPictureInput),
                "GET /v2/models/NAME describes them");
  }
  require_datatype(input, is_picture ? "BYTES" : is_pixels ? "UINT8" : "FP32");
  TensorShape sizes;
  for (const int size : {schema.channels, schema.rows, schema.cols}) {
    if (!is_picture) sizes.push_back(static_cast<std::size_t>(size));
  }
  require_shape(input, sizes, contract.max_images);
  request.count = input.shape[0];
  const auto bytes = binary_of(input, rest);
  if (is_picture) {
    request.pictures = bytes ? read_string_bytes(*bytes, request.count)
                             : read_strings(input.fields.at("data"), request.count);
    const auto one = input.parameters.find("one");
    if (one != input.parameters.end()) {
      request.one_digit = bool_at(one->second, "inputs[0].parameters.one");
    }
  } else if (is_pixels) {
    request.images = bytes ? read_pixel_bytes(*bytes, input.shape)
                           : read_pixels(input.fields.at("data"), input.shape);
  } else {
    request.images = bytes ? read_float_bytes(*bytes, input.shape)
                           : read_floats(input.fields.at("data"), input.shape);
  }
}

OutputKind kind_of_output(const std::string& name, const InferContract& contract) {
  if (name == contract.output || name == contract.output + "__0") return OutputKind::kLogits;
  if (name == kProbabilitiesOutput) return OutputKind::kProbabilities;
  if (name == kLabelOutput) return OutputKind::kLabel;
  if (name == kPixelsInput) return OutputKind::kPixels;
  throw Error("request.output",
              fmt::format("output {}, expected {}, {}, {} or {}", printable(name.substr(0, 60)),
                          contract.output, kProbabilitiesOutput, kLabelOutput, kPixelsInput),
              "leave outputs out to get the first three");
}

RequestedOutput parse_output(JsonElement element, const std::string& where, bool binary,
                             const InferContract& contract) {
  auto fields = fields_of(element, where, {"name", "parameters"}, 1);
  RequestedOutput output;
  output.name = string_at(fields["name"], where + ".name");
  output.kind = kind_of_output(output.name, contract);
  output.binary = binary;
  for (const auto& [name, value] : parameters_of(fields, where)) {
    if (name == "binary_data") output.binary = bool_at(value, where + ".parameters.binary_data");
    if (name != "classification") continue;
    output.classes = whole_number_at(value, where + ".parameters.classification");
    const bool of_classes =
        output.kind == OutputKind::kLogits || output.kind == OutputKind::kProbabilities;
    if (output.classes == 0 || !of_classes) {
      throw_field(where + ".parameters.classification",
                  output.classes == 0 ? "0" : "of output " + output.name,
                  "1 or more, of logits or probabilities");
    }
  }
  return output;
}

std::vector<RequestedOutput> parse_outputs(const JsonFields& fields, bool binary,
                                           const InferContract& contract) {
  const auto found = fields.find("outputs");
  if (found == fields.end()) {
    return {{OutputKind::kLogits, contract.output, binary, 0},
            {OutputKind::kProbabilities, kProbabilitiesOutput, binary, 0},
            {OutputKind::kLabel, kLabelOutput, binary, 0}};
  }
  std::vector<RequestedOutput> outputs;
  for (const auto& element : array_at(found->second, "outputs")) {
    const auto where = fmt::format("outputs[{}]", outputs.size());
    auto output = parse_output(element, where, binary, contract);
    const auto same = [&](const auto& other) { return other.name == output.name; };
    if (std::any_of(outputs.begin(), outputs.end(), same)) {
      throw_field(where + ".name", "there twice", "each output once");
    }
    outputs.push_back(std::move(output));
  }
  if (outputs.empty()) throw_field("outputs", "empty", "one or more, or no such field");
  return outputs;
}

}  // namespace

InferRequest parse_infer_request(std::string_view body,
                                 const std::optional<std::string>& header_length,
                                 const InferContract& contract) {
  const auto split = split_body(body, header_length);
  auto fields =
      fields_of(parse_request_json(split.json), "", {"inputs", "id", "parameters", "outputs"}, 1);
  InferRequest request;
  if (fields.count("id") > 0) request.id = string_at(fields["id"], "id");
  if (request.id && request.id->size() > kLongestId) {
    throw_field("id", fmt::format("{} bytes long", request.id->size()),
                fmt::format("at most {}", kLongestId));
  }
  const auto parameters = parameters_of(fields, "");
  const auto binary = parameters.find("binary_data_output");
  request.outputs = parse_outputs(
      fields,
      binary != parameters.end() && bool_at(binary->second, "parameters.binary_data_output"),
      contract);
  const auto inputs = array_at(fields["inputs"], "inputs");
  if (inputs.size() != 1) throw_field("inputs", fmt::format("{} long", inputs.size()), "1 input");
  read_input(parse_input(inputs[0]), split.binary, contract, request);
  return request;
}

}  // namespace digits
