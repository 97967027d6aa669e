// Ranks the trials of a search, and tests whether the best one is better than the base. No Torch in
// this header.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tune/trial.h"

namespace digits {

// Probability of calling any trial better when all are as good as the base.
constexpr double kSearchAlpha = 0.05;

struct RankedTrial {
  Trial trial;
  TrialResult result;
  // Accuracy minus that of the base, image by image; nothing for the base and failed trials.
  std::optional<Quantity> change{};
  double p = 1.0;  // of McNemar's test against the base, adjusted by Holm for all trials
};

struct SearchReport {
  std::vector<RankedTrial> trials;  // by validation accuracy, the earlier one first on a tie
  bool better = false;              // the first one is significantly better than the base
};

// `trials` begin with the base configuration; results in the same order.
SearchReport rank_trials(const std::vector<Trial>& trials, const std::vector<TrialResult>& results);

// "trial 3 is not distinguishable from the base: +0.50 [-0.31, +1.31] points, p = 0.42 ..."
std::string verdict_text(const SearchReport& report);

// One row per trial.
std::string search_table(const SearchReport& report);

void to_json(Json& json, const SearchReport& report);

}  // namespace digits
