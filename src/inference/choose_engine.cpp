#include "inference/choose_engine.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/log.h"
#include "base/registry.h"
#include "inference/torchscript_engine.h"

namespace digits {

namespace {

bool has_name(const EngineFactory& factory, const std::string& name) {
  return std::find(factory.names.begin(), factory.names.end(), name) != factory.names.end();
}

std::unique_ptr<InferenceEngine> make_by_factory(const std::string& name, const ModelSource& source,
                                                 c10::Device device) {
  if (!device.is_cpu()) {
    throw Error("engine.unavailable",
                fmt::format("engine {}: it runs on the CPU, not on {}", name, device.str()),
                "--engine auto chooses an available one");
  }
  for (const auto& factory : registered<EngineFactory>()) {
    if (has_name(factory, name)) return factory.make(name, source);
  }
  throw Error(
      "engine.unknown",
      fmt::format("engine \"{}\", expected one of: {}", name, fmt::join(engine_names(), ", ")),
      "--engine auto chooses the fastest available one");
}

struct Candidate {
  std::string engine;
  bool onednn;  // whether LibTorch may use oneDNN
};

// The engines that `name` allows, in the order of the attempts.
std::vector<Candidate> candidates(const std::string& name, c10::Device device) {
  const bool onednn = onednn_enabled();
  if (name != "auto" && name != "torchscript") return {{name, onednn}};
  std::vector<Candidate> all;
  if (name == "auto") {
    for (const auto& factory : registered<EngineFactory>())
      all.push_back({factory.names.front(), onednn});
  }
  all.push_back({"torchscript", onednn});
  if (onednn && device.is_cpu()) all.push_back({"torchscript", false});
  return all;
}

// Nothing when this engine is unavailable and "auto" allows others.
std::unique_ptr<InferenceEngine> make_candidate(const std::string& engine, const std::string& name,
                                                const ModelSource& source, c10::Device device) {
  if (engine == "torchscript") return make_torchscript(source, device);
  try {
    return make_by_factory(engine, source, device);
  } catch (const Error& error) {
    if (name != "auto" || error.code() != "engine.unavailable") throw;
    return nullptr;
  }
}

void warn_of(const std::vector<Error>& faults, const Candidate& chosen) {
  for (const auto& fault : faults) {
    log_warning(fmt::format("{}: {}: continuing with engine {}{}", fault.code(), fault.what(),
                            chosen.engine, chosen.onednn ? "" : " without oneDNN"));
  }
}

// One error for all engines that were tried.
Error joined(const std::vector<Error>& faults, const std::string& name) {
  std::vector<std::string> seen;
  seen.reserve(faults.size());
  for (const auto& fault : faults) seen.emplace_back(fault.what());
  const bool all_tried = name == "auto" || name == "torchscript";
  return {faults.back().code(), fmt::format("{}", fmt::join(seen, "; ")),
          all_tried ? "see `digits doctor`; use another machine" : faults.back().hint()};
}

}  // namespace

std::optional<Error> check_engine(const InferenceEngine& engine) {
  const auto fault = first_fault(engine.check_layers());
  if (fault.empty()) return std::nullopt;
  return numerics_error(
      fmt::format("engine {}: {}", engine.name(), fault),
      "--engine auto chooses an engine that is correct here; see `digits doctor`");
}

std::unique_ptr<InferenceEngine> make_engine(const std::string& name, const ModelSource& source,
                                             c10::Device device, const EngineCheck& check) {
  const bool onednn = onednn_enabled();
  std::vector<Error> faults;
  for (const auto& candidate : candidates(name, device)) {
    enable_onednn(candidate.onednn);
    auto engine = make_candidate(candidate.engine, name, source, device);
    if (engine == nullptr) continue;
    const auto fault = check(*engine);
    if (!fault) {
      warn_of(faults, candidate);
      return engine;
    }
    faults.push_back(*fault);
  }
  enable_onednn(onednn);
  throw joined(faults, name);
}

}  // namespace digits
