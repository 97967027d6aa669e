#include "inference/engine_factory.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/registry.h"
#include "model/checkpoint.h"
#include "repository/package_files.h"

namespace digits {

namespace {

// A description can claim a network of any size: the file must be large enough for its weights
// before memory is allocated.
void require_possible(const NetworkOptions& options, std::size_t bytes) {
  std::int64_t floats = 0;
  for (const auto& layer : layer_shapes(options)) {
    floats += (layer.rows == 0 ? 1 : 9) * layer.inputs * layer.outputs;
  }
  const auto wanted = static_cast<std::size_t>(floats) * sizeof(float);
  if (wanted <= bytes) return;
  throw_malformed(kPackageFamily,
                  fmt::format("{}: {} bytes, expected at least {} for the network of {}",
                              kWeightsFile, bytes, wanted, kManifestFile));
}

}  // namespace

Network network_of(const ModelSource& source) {
  try {
    const std::vector<double> ones(static_cast<std::size_t>(source.schema.channels), 1.0);
    const NetworkOptions options{source.schema, source.architecture};
    require_possible(options, source.weights.size());
    Network network(options, Normalisation{ones, ones});
    copy_tensors(network_tensors(network),
                 parse_safetensors(source.weights, kWeightsFile, kPackageFamily), kWeightsFile);
    return network;
  } catch (const Error& error) {
    throw Error("package.malformed", error.what(), error.hint());
  }
}

std::vector<std::string> engine_names() {
  std::vector<std::string> names{"auto", "torchscript"};
  for (const auto& factory : registered<EngineFactory>()) {
    names.insert(names.end(), factory.names.begin(), factory.names.end());
  }
  return names;
}

}  // namespace digits
