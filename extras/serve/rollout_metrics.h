// Writes the counts of shadow, canary and feedback for Prometheus.
#pragma once

#include "serve/rollout.h"

namespace prometheus {
class Registry;
}

namespace digits {

void write_rollout(prometheus::Registry& registry, const RolloutCounts& counts);

}  // namespace digits
