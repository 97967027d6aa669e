#include "model/model_under_test.h"

#include "metrics/classification.h"
#include "model/saliency.h"

namespace digits {

ModelUnderTest make_model_under_test(const Forward& forward, c10::Device device) {
  ModelUnderTest model;
  model.classify = [=](const Dataset& set) {
    return softmax_rows(logits_of(forward, set.images.data(), set.size(), set.schema, device),
                        static_cast<std::size_t>(set.schema.classes()));
  };
  model.gradient = [=](const Dataset& set) { return gradient_times_input(forward, set, device); };
  model.integrated = [=](const Dataset& set) { return integrated_gradients(forward, set, device); };
  return model;
}

}  // namespace digits
