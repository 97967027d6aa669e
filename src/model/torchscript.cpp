#include "model/torchscript.h"

#include <fmt/format.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include <memory>
#include <sstream>

namespace digits {

namespace {

namespace jit = torch::jit;

// A scripted module with the same parameters, buffers and children, sharing their tensors. The
// tracer finds a tensor's attribute by its identity, so the trace of the eager forward refers to
// these attributes, not to baked-in constants.
jit::Module mirror(const torch::nn::Module& module, const std::string& name,
                   const std::shared_ptr<jit::CompilationUnit>& unit) {
  // Serialisation needs one class per submodule: classes with the same name must be identical.
  jit::Module copy(c10::QualifiedName("__torch__.digits." + name), unit);
  copy.register_attribute("training", c10::BoolType::get(), false);
  for (const auto& item : module.named_parameters(/*recurse=*/false)) {
    copy.register_parameter(item.key(), item.value(), /*is_buffer=*/false);
  }
  for (const auto& item : module.named_buffers(/*recurse=*/false)) {
    copy.register_buffer(item.key(), item.value());
  }
  for (const auto& item : module.named_children()) {
    copy.register_module(item.key(), mirror(*item.value(), name + "_" + item.key(), unit));
  }
  return copy;
}

}  // namespace

std::string export_torchscript(Network& network) {
  const at::NoGradGuard no_grad;
  network->eval();
  auto module = mirror(*network, "Network", std::make_shared<jit::CompilationUnit>());
  const auto& size = network->options().schema;
  // Two samples: with one, a trace cannot tell the batch dimension from a constant 1.
  const auto example = at::zeros({2, size.channels, size.rows, size.cols});
  const auto traced = jit::tracer::trace(
      {example},
      [&](jit::Stack inputs) -> jit::Stack { return {network->forward(inputs[0].toTensor())}; },
      [](const at::Tensor&) { return std::string(); },
      /*strict=*/true, /*force_outplace=*/false, &module, {"images"});
  const auto& type = module.type();
  type->addMethod(module._ivalue()->compilation_unit()->create_function(
      c10::QualifiedName(*type->name(), "forward"), traced.first->graph));
  std::ostringstream archive;
  module.save(archive);
  return archive.str();
}

}  // namespace digits
