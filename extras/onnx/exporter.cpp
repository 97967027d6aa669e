#include "onnx/exporter.h"

#include <ATen/ATen.h>
#include <ATen/core/operator_name.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>

#include "base/error.h"

namespace digits {

namespace {

[[noreturn]] void refuse(const std::string& what) {
  throw Error("onnx.unsupported", what + ": no ONNX counterpart is known",
              "add it to extras/onnx/mappings.cpp");
}

// With the overload, since a mapping is for one overload: "aten::div.Tensor". Control flow has no
// schema.
std::string name_of_operator(const torch::jit::Node& node) {
  const auto* schema = node.maybeSchema();
  return schema == nullptr ? node.kind().toQualString() : c10::toString(schema->operator_name());
}

}  // namespace

Exporter::Exporter(const torch::jit::Module& module, onnx::GraphProto& graph)
    : source_(module.get_method("forward").graph()), target_(graph) {
  const auto inputs = source_->inputs();  // the module itself, then the images
  constants_[inputs[0]] = module._ivalue();
  names_[inputs[1]] = kOnnxInput;
}

void Exporter::run() {
  for (const auto* node : source_->nodes()) map(*node);
}

void Exporter::map(const torch::jit::Node& node) {
  node_ = &node;
  const auto kind = node.kind();
  if (kind == c10::prim::ListConstruct) return;  // its elements are read at its use
  if (kind == c10::prim::Constant) {
    const auto value = torch::jit::toIValue(node.output());
    if (!value) refuse(kind.toQualString());
    constants_[node.output()] = *value;
    names_[node.output()] = node.output()->debugName();
  } else if (kind == c10::prim::GetAttr) {
    const auto& attribute = node.s(c10::attr::name);
    const auto& owner = names_[node.input()];  // "" for the module itself
    const auto name = owner.empty() ? attribute : owner + "." + attribute;
    constants_[node.output()] = constant_of(node.input()).toObject()->getAttr(attribute);
    names_[node.output()] = name;
  } else {
    const auto found = mappings().find(name_of_operator(node));
    if (found == mappings().end()) refuse(name_of_operator(node));
    found->second(*this);
  }
}

const torch::jit::IValue& Exporter::constant_of(const torch::jit::Value* value) const {
  const auto found = constants_.find(value);
  if (found == constants_.end()) {
    refuse(name_of_operator(*node_) + " with a computed argument");
  }
  return found->second;
}

std::string Exporter::name_of(const torch::jit::Value* value) {
  const auto constant = constants_.find(value);
  if (constant == constants_.end()) {
    const auto name = names_.find(value);
    if (name == names_.end()) refuse(name_of_operator(*value->node()) + " in this place");
    return name->second;
  }
  if (constant->second.isNone()) return "";
  return add_initializer(names_.at(value), constant->second.toTensor());
}

std::string Exporter::add_initializer(const std::string& name, const at::Tensor& tensor) {
  if (!initializers_.insert(name).second) return name;
  auto& initializer = *target_.add_initializer();
  initializer.set_name(name);
  for (const auto size : tensor.sizes()) initializer.add_dims(size);
  const bool is_float = tensor.scalar_type() == at::kFloat;
  if (!is_float && tensor.scalar_type() != at::kLong) refuse("a constant of this type, " + name);
  initializer.set_data_type(is_float ? onnx::TensorProto::FLOAT : onnx::TensorProto::INT64);
  const auto in_order = tensor.contiguous();  // weights may lie channels last
  initializer.set_raw_data(in_order.data_ptr(), in_order.nbytes());
  return name;
}

std::string Exporter::tensor(const char* argument) { return name_of(node_->namedInput(argument)); }

Names Exporter::tensors(const char* argument) {
  Names names;
  for (const auto* value : node_->namedInput(argument)->node()->inputs()) {
    names.push_back(name_of(value));
  }
  return names;
}

std::string Exporter::broadcast_constant(const char* argument) {
  const auto tensor = constant(argument).toTensor();
  const bool leads_with_1 = tensor.dim() > 1 && tensor.size(0) == 1;
  return add_initializer(names_.at(node_->namedInput(argument)),
                         leads_with_1 ? tensor.select(0, 0) : tensor);
}

std::string Exporter::transposed(const char* argument) {
  const auto* source = node_->namedInput(argument)->node();
  require(name_of_operator(*source) == "aten::t", argument);
  return name_of(source->input());
}

std::string Exporter::initializer(const Integers& values) {
  const auto name = fmt::format("integers_{}", fmt::join(values, "_"));
  const auto size = static_cast<int64_t>(values.size());
  auto tensor = at::empty({size}, at::kLong);
  std::copy(values.begin(), values.end(), tensor.data_ptr<int64_t>());
  return add_initializer(name, tensor);
}

const torch::jit::IValue& Exporter::constant(const char* argument) const {
  return constant_of(node_->namedInput(argument));
}

Integers Exporter::integers(const char* argument) const {
  const auto* value = node_->namedInput(argument);
  if (value->node()->kind() != c10::prim::ListConstruct) return constant_of(value).toIntVector();
  Integers elements;
  for (const auto* element : value->node()->inputs()) {
    elements.push_back(constant_of(element).toInt());
  }
  return elements;
}

Integers Exporter::pair(const char* argument) const {
  auto values = integers(argument);
  if (values.size() == 1) return {values[0], values[0]};
  require(values.size() == 2, argument);
  return values;
}

double Exporter::number(const char* argument) const {
  return constant(argument).toScalar().toDouble();
}

void Exporter::require(bool known, const char* argument) const {
  if (!known) refuse(fmt::format("{} with this {}", name_of_operator(*node_), argument));
}

void Exporter::emit(const char* type, Names inputs, const Attributes& attributes) {
  while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();  // None at the end
  const bool is_last = node_->output() == source_->outputs()[0];
  const auto name = is_last ? kOnnxOutput : fmt::format("{}_{}", type, target_.node_size());
  names_[node_->output()] = name;
  auto& node = *target_.add_node();
  node.set_name(name);
  node.set_op_type(type);
  for (const auto& input : inputs) node.add_input(input);
  node.add_output(name);
  for (const auto& attribute : attributes) *node.add_attribute() = attribute;
}

}  // namespace digits
