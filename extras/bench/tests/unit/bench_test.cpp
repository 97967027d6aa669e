#include "bench/bench.h"

#include "pipeline/stages.h"
#include "support/testing.h"

namespace digits {
namespace {

SeedResult result_of(std::size_t right, double train_seconds, double wait_seconds) {
  SeedResult result;
  result.training.images = 600;
  result.training.train_seconds = train_seconds;
  result.training.wait_seconds = wait_seconds;
  result.calibration_seconds = 0.5;
  result.training.peak_memory_bytes = static_cast<std::int64_t>(right);
  result.test_accuracy = proportion(right, 100);
  return result;
}

// By hand: 98, 99 and 97 of 100; 2, 6 and 3 s, so 300, 100 and 200 images a second; 0.22 s of
// waiting in 11 s. The mean's interval is Student's: t = 4.302653 for 2 degrees of freedom, times
// 0.01 over the root of 3.
TEST(TrainBench, SummaryMatchesHandCalculation) {
  const auto bench =
      summarise({result_of(98, 2.0, 0.1), result_of(99, 6.0, 0.0), result_of(97, 3.0, 0.12)});
  EXPECT_NEAR(bench.mean_accuracy.value, 0.98, 1e-12);
  EXPECT_NEAR(bench.mean_accuracy.low, 0.98 - 0.0248414, 1e-7);
  EXPECT_EQ(bench.mean_accuracy.n, 3U);
  EXPECT_EQ(bench.accuracy.min, 0.97);
  EXPECT_EQ(bench.seconds.median, 3.0);
  EXPECT_EQ(bench.seconds.max, 6.0);
  EXPECT_EQ(bench.images_per_second.median, 200.0);
  EXPECT_EQ(bench.calibrated.max, 12.0);  // 6 s, in loops of 0.5 s
  EXPECT_EQ(bench.calibration.median, 0.5);
  EXPECT_NEAR(bench.wait_share, 0.02, 1e-12);
  EXPECT_EQ(bench.peak_memory_bytes, 99);
  EXPECT_EQ(bench.seeds.size(), 3U);
}

// Trainings that took no time did not wait.
TEST(TrainBench, WaitedForNothingInNoTime) {
  EXPECT_EQ(summarise({result_of(98, 0.0, 0.0), result_of(99, 0.0, 0.0)}).wait_share, 0.0);
}

// The mean decides, not the median, the best seed or the interval's end; and a sum's rounding does
// not: three times 0.97 over three is a bit below 0.97. A difference of 1e-12 is rounding, too.
TEST(TrainBench, TargetAppliesToTheMean) {
  const auto bench = summarise({result_of(90, 1, 0), result_of(99, 1, 0), result_of(99, 1, 0)});
  EXPECT_TRUE(reaches(bench, 0.96));
  EXPECT_FALSE(reaches(bench, 0.961));
  expect_error("gate.target", [&] { require_target(bench, 0.961); });
  EXPECT_TRUE(reaches(summarise({result_of(0, 1, 0)}), 1e-12));
  EXPECT_FALSE(reaches(summarise({result_of(0, 1, 0)}), 2e-12));
  for (std::size_t right = 1; right <= 100; ++right) {
    const auto one = result_of(right, 1, 0);
    const auto share = static_cast<double>(right) / 100.0;
    EXPECT_TRUE(reaches(summarise({one, one, one, one, one, one}), share)) << right;
  }
}

Config quick(int epochs) {
  Config config;
  config.seed = static_cast<std::int64_t>(test_seed() % 1000);
  config.device = "cpu";
  config.network.blocks = {{4}, {6}};
  config.train.epochs = epochs;
  config.train.batch_size = 8;
  config.train.precision = "float32";
  return config;
}

// Training does not get the test set: with any test set the same epoch is chosen with the same
// validation accuracy. Random images cannot be learnt, so the accuracies themselves are due to
// chance.
TEST(BenchSeed, TestSetDoesNotInfluenceTraining) {
  Sets sets{random_dataset(60, 12, 10), random_dataset(40, 12, 10)};
  const auto first = bench_seed(sets.train, &sets.test, quick(3));
  for (auto& label : sets.test.labels) label = static_cast<std::uint8_t>((label + 1) % 3);
  const auto second = bench_seed(sets.train, &sets.test, quick(3));
  EXPECT_EQ(first.best_epoch, second.best_epoch);
  EXPECT_EQ(first.validation_accuracy.value, second.validation_accuracy.value);
  EXPECT_EQ(first.validation_accuracy.n, 6U);  // a tenth of the training set
  EXPECT_EQ(second.test_accuracy->n, 40U);
  EXPECT_GT(first.training.train_seconds, 0.0);
}

// Seeds count upwards from the configuration's, and each is a training of its own.
TEST(BenchTrain, TrainsWithConsecutiveSeeds) {
  const Sets sets{random_dataset(60, 12, 10), random_dataset(200, 12, 10)};
  auto config = quick(1);
  const auto bench = bench_train(sets.train, &sets.test, config, 3);
  ASSERT_EQ(bench.seeds.size(), 3U);
  EXPECT_EQ(bench.seeds[2].seed, config.seed + 2);
  for (const auto& seed : bench.seeds) EXPECT_GT(seed.calibration_seconds, 0.0);
  config.seed += 2;
  EXPECT_EQ(bench.seeds[2].test_accuracy->value,
            bench_seed(sets.train, &sets.test, config).test_accuracy->value);
}

// Without a test set the accuracies are those of the same training on the validation part.
TEST(BenchTrain, MeasuresOnTheValidationPartWithoutATestSet) {
  const Sets sets{random_dataset(60, 12, 10), random_dataset(200, 12, 10)};
  const auto chosen = bench_train(sets.train, nullptr, quick(2), 2);
  const auto tested = bench_train(sets.train, &sets.test, quick(2), 2);
  EXPECT_STREQ(chosen.measured_on, "validation");
  EXPECT_STREQ(tested.measured_on, "test");
  double sum = 0.0;
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_FALSE(chosen.seeds[i].test_accuracy.has_value());
    EXPECT_EQ(chosen.seeds[i].validation_accuracy.value, tested.seeds[i].validation_accuracy.value);
    sum += chosen.seeds[i].validation_accuracy.value;
  }
  EXPECT_NEAR(chosen.mean_accuracy.value, sum / 2.0, 1e-12);
}

// The record holds everything needed to repeat a measurement.
TEST(DescribeMachine, RecordsMachineAndVersions) {
  auto config = quick(1);
  config.threads = 3;
  const auto machine = describe_machine(config);
  EXPECT_GE(machine.at("cores"), 1);
  EXPECT_EQ(machine.at("threads"), 3);
  EXPECT_EQ(machine.at("device"), "cpu");
  EXPECT_EQ(machine.at("precision"), "float32");
  EXPECT_TRUE(machine.at("versions").contains("revision"));
}

}  // namespace
}  // namespace digits
