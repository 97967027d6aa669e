#include "pipeline/training_log.h"

#include <algorithm>

#include "base/registry.h"
#include "model/trainer.h"

namespace digits {

std::vector<TrainObserver> make_logs(const std::vector<std::string>& chosen,
                                     const RunDirectory& run, std::size_t first_step,
                                     const Dataset& training, const TrainOptions& options) {
  std::vector<TrainObserver> made;
  for (const auto& log : registered<TrainingLog>()) {
    if (std::find(chosen.begin(), chosen.end(), log.option) == chosen.end()) continue;
    made.push_back(log.make(run, first_step, training, options));
  }
  return made;
}

}  // namespace digits
