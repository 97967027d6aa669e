#include "behaviour/check.h"

namespace digits {

// provisional
const std::map<std::string, Bound>& check_bounds() {
  static const std::map<std::string, Bound> all{
      {"invariance.shift_1", {Side::kAtMost, 0.1, "provisional one"}},
      {"invariance.shift_2", {Side::kAtMost, 0.15, "provisional one"}},
      {"invariance.rotation", {Side::kAtMost, 0.08, "provisional one"}},
      {"invariance.scale", {Side::kAtMost, 0.05, "provisional one"}},
      {"invariance.brightness", {Side::kAtMost, 0.3, "provisional one"}},
      {"invariance.contrast", {Side::kAtMost, 0.05, "provisional one"}},
      {"invariance.thicker", {Side::kAtMost, 0.08, "provisional one"}},
      {"invariance.thinner", {Side::kAtMost, 0.1, "provisional one"}},
      {"directional.noise", {Side::kAtLeast, 0.02, "provisional one"}},
      {"directional.occlusion", {Side::kAtLeast, 0.02, "provisional one"}},
      {"directional.blur", {Side::kAtLeast, 0.02, "provisional one"}},
      {"directional.erase_8_to_3", {Side::kAtLeast, 0.05, "provisional one"}},
      {"directional.erase_8_to_6", {Side::kAtLeast, 0.05, "provisional one"}},
      {"directional.erase_8_to_9", {Side::kAtLeast, 0.05, "provisional one"}},
      {"directional.erase_9_to_0", {Side::kAtLeast, 0.05, "provisional one"}},
      {"directional.erase_7_to_1", {Side::kAtLeast, 0.05, "provisional one"}},
      {"directional.erase_2_to_7", {Side::kAtLeast, 0.05, "provisional one"}},
      {"functionality.canonical", {Side::kAtLeast, 0.95, "provisional one"}},
      {"functionality.blank", {Side::kAtMost, 0.3, "provisional one"}},
      {"functionality.noise", {Side::kAtMost, 0.05, "provisional one"}},
      {"functionality.scrambled", {Side::kAtMost, 0.05, "provisional one"}},
      {"counterfactual.on_ink", {Side::kAtLeast, 0.02, "provisional one"}},
      {"interpretability.gradient_on_ink", {Side::kAtLeast, 0.02, "provisional one"}},
      {"interpretability.integrated_on_ink", {Side::kAtLeast, 0.05, "provisional one"}},
      {"interpretability.completeness", {Side::kAtMost, 0.05, "provisional one"}},
      {"interpretability.rank_agreement", {Side::kAtLeast, 0.3, "provisional one"}},
  };
  return all;
}

}  // namespace digits
