#include "base/registry.h"
#include "cli/options.h"
#include "cli/run_request.h"
#include "model/trainer.h"
#include "pipeline/training_log.h"
#include "support/testing.h"

namespace digits {
namespace {

// Commands that train offer each log's option, and pass on those that were given.
TEST(TrainingLogOptions, ArePassedOn) {
  const auto make = [](const auto&, std::size_t, const auto&, const auto&) {
    return TrainObserver();
  };
  registered<TrainingLog>() = {{"curves", "help", make}, {"pictures", "help", make}};
  CommandOptions options("train", "for tests");
  options.add_run();
  const auto request = run_request(*options.parse({"--pictures", "--preset", "fast"}));
  registered<TrainingLog>().clear();
  EXPECT_THAT(request.options.logs, testing::ElementsAre("pictures"));
}

}  // namespace
}  // namespace digits
