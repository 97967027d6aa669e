#include "behaviour/behaviour.h"

#include "behaviour/counterfactual.h"
#include "behaviour/directional.h"
#include "behaviour/functionality.h"
#include "behaviour/invariance.h"
#include "data/specimens.h"

namespace digits {

namespace {

std::vector<Check> check_attributions(const Subject& subject, const Dataset& set) {
  std::vector<Check> checks;
  if (subject.gradient) {
    checks.push_back(
        judge("interpretability.gradient_on_ink", excess_on_ink(set, subject.gradient(set))));
  }
  if (subject.integrated) {
    const auto integrated = subject.integrated(set);
    checks.push_back(judge("interpretability.integrated_on_ink", excess_on_ink(set, integrated)));
    checks.push_back(judge("interpretability.completeness", completeness_error(integrated)));
  }
  return checks;
}

}  // namespace

std::vector<Check> check_behaviour(const Subject& subject, const Dataset& held_out,
                                   const BehaviourOptions& options) {
  const auto& classify = subject.classify;
  const auto take = [&](std::size_t n) { return sample(held_out, n, options.seed); };
  std::vector<Check> all;
  const auto add = [&](const std::vector<Check>& checks) {
    all.insert(all.end(), checks.begin(), checks.end());
  };
  const bool digits = options.digits && can_draw(held_out.schema);
  add(check_invariance(classify, take(options.invariance), options.threads));
  add(check_degradations(classify, take(options.directional), options.seed, options.threads));
  if (digits) {
    add(check_erasures(classify, held_out.schema, options.erased_pairs, options.seed));
    add({check_canonical_digits(classify, held_out.schema)});
  }
  add(check_confidence(classify, take(options.confidence), options.seed));
  add({check_counterfactuals(classify, take(options.counterfactuals))});
  add(check_attributions(subject, take(options.attributions)));
  return all;
}

}  // namespace digits
