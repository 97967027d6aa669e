// Wraps a network as a model for the behaviour tests.
#pragma once

#include <c10/core/Device.h>

#include "behaviour/behaviour.h"
#include "data/dataset.h"
#include "model/tensors.h"

namespace digits {

// `forward` returns logits and must be in evaluation mode on `device`; it is stored by value.
ModelUnderTest make_model_under_test(const Forward& forward, c10::Device device);

}  // namespace digits
