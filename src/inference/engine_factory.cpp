#include "inference/engine_factory.h"

#include <utility>

namespace digits {

namespace {

std::vector<EngineFactory>& registered() {
  static std::vector<EngineFactory> factories;
  return factories;
}

}  // namespace

const std::vector<EngineFactory>& engine_factories() { return registered(); }

void set_engine_factories(std::vector<EngineFactory> factories) {
  registered() = std::move(factories);
}

std::vector<std::string> engine_names() {
  std::vector<std::string> names{"auto", "torchscript"};
  for (const auto& factory : engine_factories()) {
    names.insert(names.end(), factory.names.begin(), factory.names.end());
  }
  return names;
}

}  // namespace digits
