#include "pipeline/training_log.h"

#include "base/registry.h"
#include "model/trainer.h"
#include "support/testing.h"

namespace digits {
namespace {

// Registers two logs, and records which one is made, and from which step.
class TrainingLogs : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<TrainingLog> logs;
    for (const char* option : {"curves", "pictures"}) {
      logs.push_back(
          {option, "help",
           [this, option](const auto&, std::size_t first_step, const auto&, const auto&) {
             made_.push_back(option + std::to_string(first_step));
             return TrainObserver();
           }});
    }
    registered<TrainingLog>() = std::move(logs);
  }
  void TearDown() override { registered<TrainingLog>().clear(); }

  std::vector<std::string> made_;
};

// Only the requested log is made.
TEST_F(TrainingLogs, AreMadeForTheirOptions) {
  const TemporaryDirectory folder;
  const auto run = RunDirectory::create(folder / "run");
  EXPECT_EQ(make_logs({"pictures"}, run, 101, random_dataset(4, 8, 8), TrainOptions()).size(), 1U);
  EXPECT_THAT(made_, testing::ElementsAre("pictures101"));
}

}  // namespace
}  // namespace digits
