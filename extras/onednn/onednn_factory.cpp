#include "onednn/onednn_factory.h"

#include <fmt/format.h>

#include "base/error.h"
#include "model/checkpoint.h"
#include "model/network.h"
#include "onednn/onednn_engine.h"
#include "repository/package_files.h"

namespace digits {

namespace {

// A description could claim a network of any size: before memory is asked for, the file must be
// large enough for its weights.
void require_possible(const NetworkOptions& options, std::size_t bytes) {
  const auto shapes = convolution_shapes(options);
  auto floats = options.classes * feature_count(shapes.back());
  for (const auto& shape : shapes) floats += 9 * shape.inputs * shape.outputs;
  const auto wanted = static_cast<std::size_t>(floats) * sizeof(float);
  if (wanted <= bytes) return;
  throw_malformed("package", fmt::format("{}: {} bytes, expected at least {} for the network of {}",
                                         kWeightsFile, bytes, wanted, kManifestFile));
}

// The network that the weights are of. Throws package.malformed when they do not fit.
Network network_of(const ModelSource& source) {
  try {
    const std::vector<double> ones(static_cast<std::size_t>(source.schema.channels), 1.0);
    const auto options = network_options(source.schema, source.architecture);
    require_possible(options, source.weights.size());
    Network network(options, Normalisation{ones, ones});
    copy_tensors(network_tensors(network),
                 parse_safetensors(source.weights, kWeightsFile, "package"), kWeightsFile);
    return network;
  } catch (const Error& error) {
    throw Error("package.malformed", error.what(), error.hint());
  }
}

std::unique_ptr<InferenceEngine> make_onednn(const std::string& name, const ModelSource& source) {
  const auto precision = name == "onednn-bfloat16" ? Precision::kBfloat16 : Precision::kFloat32;
  const auto network = network_of(source);
  try {
    return std::make_unique<OnednnEngine>(network, precision);
  } catch (const dnnl::error& error) {
    throw Error("engine.unavailable",
                fmt::format("engine {}: oneDNN on this processor: {}", name, error.what()),
                "--engine auto takes one that is there");
  }
}

}  // namespace

EngineFactory onednn_factory() { return {{"onednn", "onednn-bfloat16"}, make_onednn}; }

}  // namespace digits
