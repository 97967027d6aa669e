#include "inference/choose_engine.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/log.h"
#include "inference/torchscript_engine.h"
#include "model/checkpoint.h"
#include "model/device.h"
#include "model/network.h"
#include "repository/package_files.h"
#ifdef DIGITS_HAS_ONEDNN
#include "onednn/onednn_engine.h"
#endif

namespace digits {

namespace {

[[noreturn]] void throw_unavailable(const std::string& name, const std::string& why) {
  throw Error("engine.unavailable", fmt::format("engine {}: {}", name, why),
              "--engine auto takes one that is there");
}

#ifdef DIGITS_HAS_ONEDNN
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

std::unique_ptr<InferenceEngine> make_onednn(const std::string& name, const ModelSource& source,
                                             c10::Device device) {
  if (!device.is_cpu()) throw_unavailable(name, "it runs on the CPU, not on " + device.str());
  const auto precision = name == "onednn-bfloat16" ? Precision::kBfloat16 : Precision::kFloat32;
  const auto network = network_of(source);
  try {
    return std::make_unique<OnednnEngine>(network, precision);
  } catch (const dnnl::error& error) {
    throw_unavailable(name, fmt::format("oneDNN on this processor: {}", error.what()));
  }
}
#else
std::unique_ptr<InferenceEngine> make_onednn(const std::string& name, const ModelSource&,
                                             c10::Device) {
  throw_unavailable(name, "this build has no oneDNN");
}
#endif

std::unique_ptr<InferenceEngine> make_torchscript(const ModelSource& source, c10::Device device) {
  std::vector<LayerShape> layers;
  try {
    layers = layer_shapes(network_options(source.schema, source.architecture));
  } catch (const Error& error) {
    throw Error("package.malformed", error.what(), error.hint());
  }
  return std::make_unique<TorchScriptEngine>(source.torchscript, source.schema, std::move(layers),
                                             device);
}

void require_known(const std::string& name) {
  if (name == "auto" || name == "torchscript" || name == "onednn" || name == "onednn-bfloat16")
    return;
  throw Error(
      "engine.unknown",
      fmt::format("engine \"{}\", expected auto, torchscript, onednn or onednn-bfloat16", name),
      "--engine auto takes the fastest that is there");
}

struct Candidate {
  std::string engine;
  bool onednn;  // whether LibTorch may use oneDNN
};

// What `name` allows, in the order in which it is tried.
std::vector<Candidate> candidates(const std::string& name, c10::Device device) {
  const bool onednn = onednn_enabled();
  if (name != "auto" && name != "torchscript") return {{name, onednn}};
  std::vector<Candidate> all;
  if (name == "auto") all.push_back({"onednn", onednn});
  all.push_back({"torchscript", onednn});
  if (onednn && device.is_cpu()) all.push_back({"torchscript", false});
  return all;
}

// Nothing when "auto" has to do without this one.
std::unique_ptr<InferenceEngine> make_candidate(const std::string& engine, const std::string& name,
                                                const ModelSource& source, c10::Device device) {
  if (engine == "torchscript") return make_torchscript(source, device);
  try {
    return make_onednn(engine, source, device);
  } catch (const Error& error) {
    if (name != "auto" || error.code() != "engine.unavailable") throw;
    return nullptr;
  }
}

}  // namespace

std::vector<NumericsResult> check_onednn(const Network& network, Precision precision) {
#ifdef DIGITS_HAS_ONEDNN
  try {
    return OnednnEngine(network, precision).check_layers();
  } catch (const dnnl::error&) {
    return {};
  }
#else
  (void)network;
  (void)precision;
  return {};
#endif
}

std::vector<NumericsResult> check_engine(const InferenceEngine& engine) {
  return engine.check_layers();
}

std::unique_ptr<InferenceEngine> make_engine(const std::string& name, const ModelSource& source,
                                             c10::Device device, const EngineCheck& check) {
  require_known(name);
  const bool onednn = onednn_enabled();
  std::string faults;
  for (const auto& candidate : candidates(name, device)) {
    enable_onednn(candidate.onednn);
    auto engine = make_candidate(candidate.engine, name, source, device);
    if (engine == nullptr) continue;
    const auto fault = first_fault(check(*engine));
    if (fault.empty()) {
      if (!faults.empty()) {
        log_warning(fmt::format("device.numerics: {} ({}): going on with engine {}{}", faults,
                                numerics_platform(), candidate.engine,
                                candidate.onednn ? "" : " without oneDNN"));
      }
      return engine;
    }
    faults += fmt::format("{}engine {}: {}", faults.empty() ? "" : "; ", candidate.engine, fault);
  }
  enable_onednn(onednn);
  throw numerics_error(faults, name == "auto" ? "see `digits doctor`; use another machine"
                                              : "use --engine auto, which takes one that is right");
}

}  // namespace digits
