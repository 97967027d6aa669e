// A network, as the checks of behaviour see it.
#pragma once

#include <c10/core/Device.h>

#include "behaviour/behaviour.h"
#include "data/dataset.h"
#include "model/tensors.h"

namespace digits {

// `forward` gives logits, is in evaluation mode and on `device`; it is kept by value.
ModelUnderTest make_model_under_test(const Forward& forward, c10::Device device);

}  // namespace digits
