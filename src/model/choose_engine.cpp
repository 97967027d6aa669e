#include "model/choose_engine.h"

#include <fmt/format.h>

#include "base/error.h"
#include "model/checkpoint.h"
#include "model/device.h"
#include "model/torchscript_engine.h"
#include "repository/package_files.h"
#ifdef DIGITS_HAS_ONEDNN
#include "model/onednn_engine.h"
#endif

namespace digits {

namespace {

[[noreturn]] void throw_unavailable(const std::string& name, const std::string& why) {
  throw Error("engine.unavailable", fmt::format("engine {}: {}", name, why),
              "--engine auto takes one that is there");
}

// Why oneDNN cannot run this; empty where it can.
std::string obstacle(const ModelSource& source, c10::Device device) {
#ifndef DIGITS_HAS_ONEDNN
  return "this build has no oneDNN";
#endif
  if (!device.is_cpu()) return fmt::format("it runs on the CPU, not on {}", device.str());
  if (!source.architecture) return "the package does not say how its network is built";
  return "";
}

#ifdef DIGITS_HAS_ONEDNN
// The network that the weights are of. Throws package.malformed when they do not fit.
Network network_of(const ModelSource& source) {
  try {
    const std::vector<double> ones(static_cast<std::size_t>(source.schema.channels), 1.0);
    Network network(network_options(source.schema, *source.architecture),
                    Normalisation{ones, ones});
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
    throw_unavailable(name, fmt::format("oneDNN on this processor: {}", error.what()));
  }
}
#else
std::unique_ptr<InferenceEngine> make_onednn(const std::string& name, const ModelSource&) {
  throw_unavailable(name, "this build has no oneDNN");
}
#endif

}  // namespace

std::unique_ptr<InferenceEngine> make_engine(const std::string& name, const ModelSource& source,
                                             c10::Device device) {
  if (name != "auto" && name != "torchscript" && name != "onednn" && name != "onednn-bfloat16") {
    throw Error(
        "engine.unknown",
        fmt::format("engine \"{}\", expected auto, torchscript, onednn or onednn-bfloat16", name),
        "--engine auto takes the fastest that is there");
  }
  const auto reason = obstacle(source, device);
  if (name == "torchscript" || (name == "auto" && !reason.empty())) {
    return std::make_unique<TorchScriptEngine>(source.torchscript, source.schema, device);
  }
  if (!reason.empty()) throw_unavailable(name, reason);
  return make_onednn(name == "auto" ? "onednn" : name, source);
}

}  // namespace digits
