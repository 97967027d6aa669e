// Converts a TorchScript graph into an ONNX graph, node by node.
#pragma once

#include <ATen/core/ivalue.h>
#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace torch::jit {
struct Graph;
struct Module;
struct Node;
struct Value;
}  // namespace torch::jit

namespace digits {

// Names of the model's input and output.
constexpr const char* kOnnxInput = "images";
constexpr const char* kOnnxOutput = "logits";

using Integers = std::vector<std::int64_t>;
using Names = std::vector<std::string>;
using Attributes = std::vector<onnx::AttributeProto>;

// Adds nodes to an ONNX graph that compute the same as `forward` of a module, which must be
// straight-line code, as a trace is. The public functions are for the mappings: they read arguments
// of the current node by their names in its operator's schema, and emit its counterpart. All throw
// onnx.unsupported.
class Exporter {
 public:
  Exporter(const torch::jit::Module& module, onnx::GraphProto& graph);

  void run();

  // The argument's name in the ONNX graph; "" for None. A weight becomes an initializer.
  std::string tensor(const char* argument);
  Names tensors(const char* argument);
  // The same for a constant that is broadcast, without its leading 1: OpenCV 4.6 takes its rank for
  // its first axis.
  std::string broadcast_constant(const char* argument);
  // For an argument that is a transposed tensor: the name of the tensor.
  std::string transposed(const char* argument);
  // Integers as an initializer: some attributes in Torch are inputs in ONNX.
  std::string initializer(const Integers& values);

  // Arguments that are constants.
  const c10::IValue& constant(const char* argument) const;
  Integers integers(const char* argument) const;
  Integers pair(const char* argument) const;  // one integer stands for two equal ones
  double number(const char* argument) const;

  // Rejects the node, naming the argument, unless `known`.
  void require(bool known, const char* argument) const;

  // Adds the node that computes the current node's output.
  void emit(const char* type, Names inputs, const Attributes& attributes = {});

 private:
  void map(const torch::jit::Node& node);
  const c10::IValue& constant_of(const torch::jit::Value* value) const;
  std::string name_of(const torch::jit::Value* value);
  std::string add_initializer(const std::string& name, const at::Tensor& tensor);

  std::shared_ptr<torch::jit::Graph> source_;
  onnx::GraphProto& target_;
  const torch::jit::Node* node_ = nullptr;  // the current one
  std::unordered_map<const torch::jit::Value*, c10::IValue> constants_;
  // Names in the ONNX graph; a constant gets its name at its use.
  std::unordered_map<const torch::jit::Value*, std::string> names_;
  std::set<std::string> initializers_;
};

// By the operator's name in Torch, with its overload: "aten::div.Tensor".
using Mapping = void (*)(Exporter&);
const std::map<std::string, Mapping>& mappings();

}  // namespace digits
