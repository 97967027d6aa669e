// The oneDNN engine agrees with the eager network.
#include "integration/agreement.h"
#include "onednn/onednn_factory.h"

namespace digits {
namespace {

TEST_F(Agreement, OneDnnMatchesTheEagerNetwork) {
  set_engine_factories({onednn_factory()});
  compare("oneDNN in C++",
          [](const ExportedModel& subject) { return forward_by("onednn", subject); });
}

}  // namespace
}  // namespace digits
