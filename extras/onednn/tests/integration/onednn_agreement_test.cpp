// The oneDNN engine agrees with the eager network.
#include "base/registry.h"
#include "integration/agreement.h"
#include "onednn/onednn_factory.h"

namespace digits {
namespace {

TEST_F(Agreement, OneDnnMatchesTheEagerNetwork) {
  registered<EngineFactory>() = {onednn_factory()};
  compare("oneDNN in C++",
          [](const ExportedModel& subject) { return forward_by("onednn", subject); });
}

}  // namespace
}  // namespace digits
