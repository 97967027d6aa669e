// Adds the option --tensorboard to `digits run` and `digits train`.
#include <memory>

#include "cli/extras.h"
#include "model/trainer.h"
#include "tensorboard/event_log.h"

namespace digits {

namespace {

TrainObserver write_events(const RunDirectory& run, std::size_t first_step, const Dataset& training,
                           const TrainOptions& options) {
  const auto log =
      std::make_shared<EventLog>(run.path() / "tensorboard", first_step, training, options);
  TrainObserver observer;
  observer.on_step = [log](const StepRecord& record) { log->on_step(record); };
  observer.on_epoch = [log](const EpochRecord& record) { log->on_epoch(record); };
  return observer;
}

}  // namespace

void add_tensorboard(Extras& extras) {
  extras.training_logs.push_back(
      {"tensorboard",
       "also write event files; tensorboard --logdir DIR shows them during and after training",
       write_events});
}

}  // namespace digits
