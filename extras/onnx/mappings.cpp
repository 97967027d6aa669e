// Maps each operator of a network to ONNX.
#include <onnx/defs/attr_proto_util.h>

#include <limits>

#include "onnx/exporter.h"

namespace digits {

namespace {

void map_slice(Exporter& e) {
  const auto& start = e.constant("start");
  const auto& end = e.constant("end");
  const auto first = start.isNone() ? 0 : start.toInt();
  const auto last = end.isNone() ? std::numeric_limits<int64_t>::max() : end.toInt();
  e.emit("Slice",
         {e.tensor("self"), e.initializer({first}), e.initializer({last}),
          e.initializer({e.constant("dim").toInt()}), e.initializer({e.constant("step").toInt()})});
}

void map_subtraction(Exporter& e) {
  e.require(e.number("alpha") == 1.0, "alpha");
  e.emit("Sub", {e.tensor("self"), e.broadcast_constant("other")});
}

void map_division(Exporter& e) { e.emit("Div", {e.tensor("self"), e.broadcast_constant("other")}); }

// Torch lists pads from the last dimension; ONNX lists all beginnings, then all ends.
void map_padding(Exporter& e) {
  const auto pad = e.integers("pad");
  e.require(pad.size() == 4, "pad");
  e.require(e.number("value") == 0.0, "value");
  e.emit("Pad", {e.tensor("self"), e.initializer({0, 0, pad[2], pad[0], 0, 0, pad[3], pad[1]})},
         {onnx::MakeAttribute("mode", std::string("constant"))});
}

void map_concatenation(Exporter& e) {
  e.emit("Concat", e.tensors("tensors"), {onnx::MakeAttribute("axis", e.constant("dim").toInt())});
}

// ONNX does not specify memory layout.
void map_layout(Exporter& e) { e.emit("Identity", {e.tensor("self")}); }

// The same padding at both ends of rows and columns.
onnx::AttributeProto both_sides(const Integers& padding) {
  return onnx::MakeAttribute("pads", Integers{padding[0], padding[1], padding[0], padding[1]});
}

void map_convolution(Exporter& e) {
  e.require(!e.constant("transposed").toBool(), "transposed");
  const auto sides = e.constant("weight").toTensor().sizes().slice(2).vec();
  e.emit(
      "Conv", {e.tensor("input"), e.tensor("weight"), e.tensor("bias")},
      {onnx::MakeAttribute("kernel_shape", sides), onnx::MakeAttribute("strides", e.pair("stride")),
       both_sides(e.pair("padding")), onnx::MakeAttribute("dilations", e.pair("dilation")),
       onnx::MakeAttribute("group", e.constant("groups").toInt())});
}

void map_pooling(Exporter& e) {
  e.require(e.pair("dilation") == Integers{1, 1}, "dilation");
  const auto kernel = e.pair("kernel_size");
  const bool own_stride = !e.integers("stride").empty();
  e.emit("MaxPool", {e.tensor("self")},
         {onnx::MakeAttribute("kernel_shape", kernel),
          onnx::MakeAttribute("strides", own_stride ? e.pair("stride") : kernel),
          both_sides(e.pair("padding")),
          onnx::MakeAttribute("ceil_mode", int64_t{e.constant("ceil_mode").toBool()})});
}

void map_batch_norm(Exporter& e) {
  e.require(!e.constant("training").toBool(), "training");
  e.emit("BatchNormalization",
         {e.tensor("input"), e.tensor("weight"), e.tensor("bias"), e.tensor("running_mean"),
          e.tensor("running_var")},
         {onnx::MakeAttribute("epsilon", static_cast<float>(e.number("eps")))});
}

void map_relu(Exporter& e) { e.emit("Relu", {e.tensor("self")}); }

void map_permutation(Exporter& e) {
  e.emit("Transpose", {e.tensor("self")}, {onnx::MakeAttribute("perm", e.integers("dims"))});
}

// ONNX's Flatten always gives two dimensions; Torch's does for the second to the last.
void map_flattening(Exporter& e) {
  e.require(e.constant("start_dim").toInt() == 1, "start_dim");
  e.require(e.constant("end_dim").toInt() == -1, "end_dim");
  e.emit("Flatten", {e.tensor("self")}, {onnx::MakeAttribute("axis", int64_t{1})});
}

// No node: only the product below uses the transposed weights.
void map_transposition(Exporter& /*e*/) {}

void map_linear(Exporter& e) {
  e.require(e.number("alpha") == 1.0, "alpha");
  e.require(e.number("beta") == 1.0, "beta");
  e.emit("Gemm", {e.tensor("mat1"), e.transposed("mat2"), e.tensor("self")},
         {onnx::MakeAttribute("transB", int64_t{1})});
}

}  // namespace

const std::map<std::string, Mapping>& mappings() {
  static const std::map<std::string, Mapping> all{
      {"aten::slice.Tensor", map_slice},       {"aten::sub.Tensor", map_subtraction},
      {"aten::div.Tensor", map_division},      {"aten::constant_pad_nd", map_padding},
      {"aten::cat", map_concatenation},        {"aten::contiguous", map_layout},
      {"aten::_convolution", map_convolution}, {"aten::max_pool2d", map_pooling},
      {"aten::batch_norm", map_batch_norm},    {"aten::relu", map_relu},
      {"aten::permute", map_permutation},      {"aten::flatten.using_ints", map_flattening},
      {"aten::t", map_transposition},          {"aten::addmm", map_linear},
  };
  return all;
}

}  // namespace digits
