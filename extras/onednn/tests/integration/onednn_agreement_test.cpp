// The engine of oneDNN computes what the network computes.
#include "integration/agreement.h"

namespace digits {
namespace {

TEST_F(Agreement, OneDnn) {
  compare("oneDNN in C++", [](const Subject& subject) { return forward_by("onednn", subject); });
}

}  // namespace
}  // namespace digits
