// Makes oneDNN engines from a package's weights.
#pragma once

#include "inference/engine_factory.h"

namespace digits {

// "onednn" computes in float32, "onednn-bfloat16" needs a processor with bfloat16.
EngineFactory onednn_factory();

}  // namespace digits
