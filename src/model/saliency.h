// Attributes a classifier's answer to the pixels.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <vector>

#include "behaviour/attribution.h"
#include "data/dataset.h"
#include "model/tensors.h"

namespace digits {

// Attributions of the logit of each image's label. The baseline is mid-grey: paper is as far from
// it as ink, so attributions can show that a model uses the paper. With paper as the baseline all
// attribution lies on ink, because it is multiplied by zero elsewhere. `forward` must be in
// evaluation mode, and on `device`.

// gradient * (x - baseline): Shrikumar et al., "Not just a black box" (2016).
Attributions gradient_times_input(const Forward& forward, const Dataset& set, c10::Device device);

// The mean gradient on the straight line from the baseline to x, times (x - baseline), by the
// midpoint rule in `steps` steps: Sundararajan, Taly and Yan, "Axiomatic attribution for deep
// networks", ICML 2017. Its sum is the difference of the logits at both ends, up to the error of
// the rule.
Attributions integrated_gradients(const Forward& forward, const Dataset& set, c10::Device device,
                                  int steps = 50);

}  // namespace digits
