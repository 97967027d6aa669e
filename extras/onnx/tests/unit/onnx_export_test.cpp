// Other runtimes compute the network's logits. The tests use OpenCV's dnn module, which is
// independent of Torch. tests/integration/agreement_test.cpp tests more networks.
#include "onnx/onnx_export.h"

#include <ATen/ATen.h>
#include <onnx/onnx_pb.h>
#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <map>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "model/checkpoint.h"
#include "model/tensors.h"
#include "model/torchscript.h"
#include "onnx/exporter.h"
#include "onnx/tests/opencv_dnn.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

Schema schema_of(int rows, int cols, int channels) {
  return {rows, cols, channels, numbered_class_names(4)};
}

std::string exported(Network network, const Schema& schema) {
  return export_onnx(export_torchscript(network), schema);
}

onnx::ModelProto parsed(const std::string& bytes) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  return model;
}

// With and without patches, a crop, colours, maps of odd sizes, which pooling rounds down, images
// that patches do not fill, by rows and columns differently; one image, and several. The bound is
// that of a package's golden logits.
TEST(OnnxExport, MatchesTheEagerNetwork) {
  for (const auto& [schema, architecture] :
       {std::pair{schema_of(12, 10, 1), Architecture{0, 1, {{4}, {6}}}},
        std::pair{schema_of(12, 10, 1), Architecture{0, 2, {{4, 5}, {6}}}},
        std::pair{schema_of(20, 22, 1), Architecture{3, 2, {{3, 3}, {4}, {5, 5}}}},
        std::pair{schema_of(13, 9, 3), Architecture{1, 3, {{4}}}},
        std::pair{schema_of(11, 16, 3), Architecture{0, 4, {{4, 4}, {3}}}}}) {
    auto network = random_network(schema, architecture, test_seed());
    const auto bytes = exported(network, schema);
    for (const std::size_t n : {1, 3}) {
      const auto set = random_dataset(n, schema.rows, schema.cols, schema.channels);
      const auto images = image_tensor(set.images.data(), n, schema, at::kCPU);
      const auto logits = opencv_forward(bytes, images);
      ASSERT_EQ(logits.sizes(), (std::vector<int64_t>{static_cast<int64_t>(n), 4}));
      const auto difference = (logits - network->forward(images)).abs().max().item<double>();
      EXPECT_LE(difference, 1e-4) << Json(architecture) << ", " << n << " images";
    }
  }
}

// The model's weights have the names and bits of the network's, so that each weight can be found in
// both. Only the counter of training steps is omitted.
TEST(OnnxExport, KeepsNamesAndBitsOfWeights) {
  const auto schema = schema_of(13, 9, 3);
  const auto network = random_network(schema, {1, 3, {{4}}}, test_seed());
  const auto model = parsed(exported(network, schema));
  std::map<std::string, std::string> written;
  for (const auto& tensor : model.graph().initializer()) {
    if (tensor.data_type() == onnx::TensorProto::FLOAT) written[tensor.name()] = tensor.raw_data();
  }
  std::map<std::string, std::string> expected;
  for (const auto& [name, tensor] : network_tensors(network)) {
    const auto flat = tensor.detach().contiguous();
    if (tensor.scalar_type() != at::kFloat) continue;
    expected[name] = {static_cast<const char*>(flat.data_ptr()), flat.nbytes()};
  }
  EXPECT_EQ(written, expected);
  for (const auto& node : model.graph().node()) {
    if (node.op_type() != "Conv") continue;
    EXPECT_EQ(node.input_size(), 2) << "a convolution has no bias";
  }
}

// Input and output declare their sizes, with an open batch size. The file holds the class names.
TEST(OnnxExport, DescribesInputsOutputsAndClasses) {
  const auto schema = schema_of(12, 10, 1);
  const auto model = parsed(exported(random_network(schema, tiny_architecture(), 1), schema));
  const auto sizes = [](const onnx::ValueInfoProto& value) {
    std::string text = value.name();
    for (const auto& dim : value.type().tensor_type().shape().dim()) {
      text += ' ' + (dim.has_dim_param() ? dim.dim_param() : std::to_string(dim.dim_value()));
    }
    return text;
  };
  ASSERT_EQ(model.graph().input_size(), 1);
  EXPECT_EQ(sizes(model.graph().input(0)), "images batch 1 12 10");
  ASSERT_EQ(model.graph().output_size(), 1);
  EXPECT_EQ(sizes(model.graph().output(0)), "logits batch 4");
  EXPECT_EQ(model.producer_name(), "digits");
  EXPECT_EQ(model.opset_import(0).version(), 11);
  EXPECT_EQ(model.ir_version(), 6);  // the version of ONNX 1.6, as opset 11
  ASSERT_EQ(model.metadata_props_size(), 1);
  EXPECT_EQ(model.metadata_props(0).key(), "data");
  EXPECT_EQ(Json::parse(model.metadata_props(0).value()).get<Schema>(), schema);
}

TEST(OnnxExport, EqualArchivesGiveEqualBytes) {
  auto network = random_network(schema_of(20, 22, 1), {3, 2, {{3, 3}, {4}}}, test_seed());
  const auto archive = export_torchscript(network);
  EXPECT_EQ(export_onnx(archive, schema_of(20, 22, 1)), export_onnx(archive, schema_of(20, 22, 1)));
}

// A module whose forward returns `expression`.
torch::jit::Module scripted(const std::string& expression, const NamedTensors& buffers = {}) {
  torch::jit::Module module("__torch__.Scripted");
  for (const auto& [name, tensor] : buffers) module.register_buffer(name, tensor);
  module.define("def forward(self, images):\n    return " + expression + "\n");
  return module;
}

// The error that stops the export of such a module of 12 x 10 images.
std::string refusal(const std::string& expression, const NamedTensors& buffers = {}) {
  std::ostringstream archive;
  scripted(expression, buffers).save(archive);
  try {
    export_onnx(archive.str(), schema_of(12, 10, 1));
  } catch (const Error& error) {
    return error.code() + ": " + error.what();
  }
  return "none";
}

// The exporter rejects by name everything that it does not support: another operator, another form
// of a known operator, and settings that ONNX does not have. Batch norm in training mode is among
// these.
TEST(OnnxExport, RejectsUnknownOperators) {
  using testing::StartsWith;
  const std::map<std::string, std::string> cases{
      {"torch.tanh(torch.relu(images))", "aten::tanh"},
      {"torch.div(images, images, rounding_mode='floor')", "aten::div.Tensor_mode"},
      {"torch.sub(images, images)", "aten::sub.Tensor with a computed argument"},
      {"torch.sub(images, images, alpha=2)", "aten::sub.Tensor with this alpha"},
      {"torch.addmm(images, images, images, alpha=2)", "aten::addmm with this alpha"},
      {"torch.addmm(images, images, images, beta=2)", "aten::addmm with this beta"},
      {"torch.addmm(images, images, images)", "aten::addmm with this mat2"},
      {"torch.relu(images.t())", "aten::t in this place"},
      {"torch.flatten(images)", "aten::flatten.using_ints with this start_dim"},
      {"torch.flatten(images, 1, 2)", "aten::flatten.using_ints with this end_dim"},
      {"torch.constant_pad_nd(images, [1, 1], 0)", "aten::constant_pad_nd with this pad"},
      {"torch.constant_pad_nd(images, [1, 1, 1, 1], 2)", "aten::constant_pad_nd with this value"},
      {"torch.max_pool2d(images, [2, 2], [2, 2], [0, 0], [2, 2])",
       "aten::max_pool2d with this dilation"},
      {"torch._convolution(images, images, None, [1, 1], [0, 0], [1, 1], True, [0, 0], 1, False, "
       "False, True, True)",
       "aten::_convolution with this transposed"},
      {"torch.batch_norm(images, None, None, None, None, True, 0.1, 1e-05, False)",
       "aten::batch_norm with this training"},
  };
  for (const auto& [expression, what] : cases) {
    EXPECT_THAT(refusal(expression), StartsWith("onnx.unsupported: " + what + ":")) << expression;
  }
}

// ONNX subtracts values of one type. Torch also subtracts integers from floats.
TEST(OnnxExport, RejectsMixedTypes) {
  const std::string difference =
      "torch.addmm(self.bias, torch.flatten(images - self.shift, 1), self.weight.t())";
  NamedTensors buffers{
      {"bias", at::zeros({4})}, {"shift", at::ones({1})}, {"weight", at::zeros({4, 120})}};
  EXPECT_EQ(refusal(difference, buffers), "none");
  buffers["shift"] = at::ones({1}, at::kLong);
  EXPECT_THAT(refusal(difference, buffers), testing::StartsWith("onnx.invalid: "));
}

// A constant that is broadcast loses its leading 1, if it has another size. A matrix of several
// rows keeps them.
TEST(Exporter, LeavesOutALeadingOne) {
  const auto exported_sizes = [](const std::vector<int64_t>& sizes) {
    onnx::GraphProto graph;
    Exporter(scripted("images - self.shift", {{"shift", at::ones(sizes)}}), graph).run();
    const auto& dims = graph.initializer(0).dims();
    return std::vector<int64_t>(dims.begin(), dims.end());
  };
  using testing::ElementsAre;
  EXPECT_THAT(exported_sizes({1, 3, 1, 1}), ElementsAre(3, 1, 1));
  EXPECT_THAT(exported_sizes({1, 10}), ElementsAre(10));
  EXPECT_THAT(exported_sizes({12, 10}), ElementsAre(12, 10));
  EXPECT_THAT(exported_sizes({1}), ElementsAre(1));
  EXPECT_THAT(exported_sizes({}), ElementsAre());
}

// A network with another number of classes than the schema is rejected: shape inference finds the
// difference.
TEST(OnnxExport, RejectsAnotherSchema) {
  const auto network = random_network(schema_of(12, 10, 1), tiny_architecture(), test_seed());
  expect_error("onnx.invalid", [&] { exported(network, {12, 10, 1, numbered_class_names(5)}); });
}

}  // namespace
}  // namespace digits
