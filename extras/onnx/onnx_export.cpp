#include "onnx/onnx_export.h"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>
#include <torch/csrc/jit/serialization/import.h>

#include <sstream>

#include "base/error.h"
#include "base/json.h"
#include "onnx/exporter.h"

namespace digits {

namespace {

// The lowest opset with all operators used here (ONNX 1.6, 2019), so that old runtimes read it too.
constexpr int kOpset = 11;
constexpr int kIrVersion = 6;

// Declares a float32 value with these sizes for each image of the batch.
void describe(onnx::ValueInfoProto& value, const char* name, const Integers& sizes) {
  value.set_name(name);
  auto& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  type.mutable_shape()->add_dim()->set_dim_param("batch");
  for (const auto size : sizes) type.mutable_shape()->add_dim()->set_dim_value(size);
}

// Lets ONNX infer the shapes of all values, which stay in the model, and check the model.
void require_valid(onnx::ModelProto& model) {
  try {
    const onnx::ShapeInferenceOptions strict(/*check_type=*/true, /*strict_mode=*/1);
    onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), strict);
    onnx::checker::check_model(model);
  } catch (const std::exception& error) {
    throw Error("onnx.invalid", fmt::format("ONNX rejects the model: {}", error.what()),
                "check that the network fits the schema; if it does, report a bug of the exporter");
  }
}

}  // namespace

std::string export_onnx(const std::string& torchscript, const Schema& schema) {
  std::istringstream archive(torchscript);
  const auto module = torch::jit::load(archive);
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("digits");
  model.add_opset_import()->set_version(kOpset);
  auto& metadata = *model.add_metadata_props();
  metadata.set_key("data");
  metadata.set_value(to_text(Json(schema), -1));
  auto& graph = *model.mutable_graph();
  graph.set_name("digits");
  describe(*graph.add_input(), kOnnxInput, {schema.channels, schema.rows, schema.cols});
  describe(*graph.add_output(), kOnnxOutput, {schema.classes()});
  Exporter(module, graph).run();
  require_valid(model);
  return model.SerializeAsString();
}

}  // namespace digits
