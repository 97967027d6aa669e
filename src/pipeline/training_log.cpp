#include "pipeline/training_log.h"

#include <algorithm>
#include <utility>

#include "model/trainer.h"

namespace digits {

namespace {

std::vector<TrainingLog>& registered_logs() {
  static std::vector<TrainingLog> logs;
  return logs;
}

}  // namespace

const std::vector<TrainingLog>& training_logs() { return registered_logs(); }

void set_training_logs(std::vector<TrainingLog> logs) { registered_logs() = std::move(logs); }

std::vector<TrainObserver> make_logs(const std::vector<std::string>& chosen,
                                     const RunDirectory& run, std::size_t first_step,
                                     const Dataset& training, const TrainOptions& options) {
  std::vector<TrainObserver> made;
  for (const auto& log : training_logs()) {
    if (std::find(chosen.begin(), chosen.end(), log.option) == chosen.end()) continue;
    made.push_back(log.make(run, first_step, training, options));
  }
  return made;
}

}  // namespace digits
