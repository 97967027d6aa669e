#include "behaviour/behaviour.h"

#include <algorithm>

#include "behaviour/counterfactual.h"
#include "behaviour/directional.h"
#include "behaviour/functionality.h"
#include "behaviour/invariance.h"
#include "synthetic/specimens.h"

namespace digits {

namespace {

// Tests with about a thousand changes per image use a fifteenth of the images, and more when images
// have fewer pixels than 28x28: the time is the same, the intervals are narrower.
std::size_t few_images(std::size_t images, const Schema& schema) {
  constexpr double kPixels = 28.0 * 28.0;
  const double share = std::max(1.0, kPixels / (schema.rows * schema.cols)) / 15.0;
  return std::max<std::size_t>(1, static_cast<std::size_t>(share * static_cast<double>(images)));
}

}  // namespace

Json tree_of(const std::vector<Measurement>& all) {
  auto json = Json::object();
  for (const auto& [name, observed] : all) json[Json::json_pointer("/" + name)] = observed;
  return json;
}

std::vector<Measurement> measure_attributions(const ModelUnderTest& model, const Dataset& set) {
  std::vector<Measurement> all;
  if (model.gradient) {
    all.push_back({"interpretability/gradient_on_ink", excess_on_ink(set, model.gradient(set))});
  }
  if (model.integrated) {
    const auto integrated = model.integrated(set);
    all.push_back({"interpretability/integrated_on_ink", excess_on_ink(set, integrated)});
    all.push_back({"interpretability/completeness", completeness_error(integrated)});
  }
  return all;
}

std::vector<Measurement> measure_behaviour(const ModelUnderTest& model, const Dataset& held_out,
                                           const BehaviourOptions& options) {
  const auto& classify = model.classify;
  const auto most = std::max<std::size_t>(1, options.images * 2 / 3);
  const auto few = few_images(options.images, held_out.schema);
  const auto take = [&](std::size_t n) { return sample(held_out, n, options.seed); };
  std::vector<Measurement> all;
  const auto add = [&](const std::vector<Measurement>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  const bool draw = options.digit_tests && can_draw(held_out.schema);
  add(measure_invariance(classify, take(options.images), options.threads));
  add(measure_degradations(classify, take(most), options.seed, options.threads));
  if (draw) {
    add(measure_erasures(classify, held_out.schema, few, options.seed));
    add({measure_canonical_digits(classify, held_out.schema)});
  }
  add(measure_confidence(classify, take(most), options.seed));
  add({measure_counterfactuals(classify, take(few))});
  add(measure_attributions(model, take(few)));
  return all;
}

}  // namespace digits
