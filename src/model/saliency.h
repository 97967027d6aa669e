// Attributions of a classifier's answer to the pixels.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <vector>

#include "behaviour/attribution.h"
#include "data/dataset.h"
#include "model/tensors.h"

namespace digits {

// Attributions of the logit of each image's label. The input is taken from mid-grey, the baseline:
// paper is as far from it as ink, so that a model that looks at the paper is found out. With paper
// as the baseline all attribution lies on ink, by multiplication with zero elsewhere.
// `forward` must be in evaluation mode, and on `device`.

// gradient * (x - baseline): Shrikumar et al., "Not just a black box" (2016).
Attributions gradient_times_input(const Forward& forward, const Dataset& set, c10::Device device);

// The mean gradient on the straight way from the baseline to x, times (x - baseline), by the
// midpoint rule in `steps` steps: Sundararajan, Taly and Yan, "Axiomatic attribution for deep
// networks", ICML 2017. Its sum is the difference of the logits at both ends, but for the
// rule's error.
Attributions integrated_gradients(const Forward& forward, const Dataset& set, c10::Device device,
                                  int steps = 50);

}  // namespace digits
