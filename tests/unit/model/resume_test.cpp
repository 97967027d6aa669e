// A training resumed from any of its states ends with the bits of an uninterrupted one.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "base/interrupt.h"
#include "model/checkpoint.h"
#include "support/bfloat16.h"
#include "support/halves.h"

namespace digits {
namespace {

// Every component with a state: augmentation, averaging, batch norm, moments, schedule.
TrainOptions everything() {
  auto options = stateful();
  options.epochs = 3;
  options.checkpoint_steps = 1;
  return options;
}

// The values that must be equal after a training: the last state, without the times.
struct Outcome {
  NamedTensors tensors;
  std::string history;
};

Outcome outcome_of(const TrainingState& state) {
  Outcome outcome;
  for (const auto& [name, tensor] : state.tensors) outcome.tensors[name] = tensor.clone();
  for (const auto& record : state.history) {
    Json json = record;
    for (const char* key :
         {"seconds", "train_seconds", "wait_seconds", "images_per_second", "peak_memory_bytes"})
      json.erase(key);
    outcome.history += json.dump() + "\n";
  }
  return outcome;
}

void expect_same(const Outcome& seen, const Outcome& expected) {
  EXPECT_EQ(seen.history, expected.history);
  ASSERT_EQ(seen.tensors.size(), expected.tensors.size());
  for (const auto& [name, tensor] : expected.tensors) {
    EXPECT_TRUE(seen.tensors.at(name).equal(tensor)) << name;
  }
}

// Trains from `start` in an untrained network, and collects the states' bytes.
Outcome finish(const TrainOptions& options, TrainingState start,
               std::vector<std::string>* states = nullptr) {
  const auto set = halves(64);  // four steps an epoch
  auto network = network_for(set);
  auto outcome = outcome_of(start);  // for a training without remaining steps
  TrainObserver observer;
  observer.on_state = [&](const TrainingState& state) {
    if (states != nullptr) states->push_back(format_state(state));
    outcome = outcome_of(state);
  };
  train(network, set, halves(40), options, observer, std::move(start));
  return outcome;
}

// From the state after every step, and at every epoch's end, before and after its validation.
TEST(Resume, FromEveryStepIsBitIdentical) {
  std::vector<std::string> states;
  const auto expected = finish(everything(), {}, &states);
  ASSERT_EQ(states.size(), 15U);  // twelve steps, three ends
  for (const auto& bytes : states) {
    SCOPED_TRACE("step " + std::to_string(parse_state(bytes, "x").step));
    auto options = everything();
    options.checkpoint_steps = 0;
    expect_same(finish(options, parse_state(bytes, "x")), expected);
  }
}

// Without augmentation, averaging and smoothing, with a large check interval; also in bfloat16, if
// LibTorch has it here.
TEST(Resume, BetweenChecksIsBitIdentical) {
  for (const auto precision : {Precision::kFloat32, Precision::kBfloat16}) {
    if (precision == Precision::kBfloat16 && !has_bfloat16()) continue;
    auto options = quick();
    options.checkpoint_steps = 3;
    options.check_every = 5;
    options.precision = precision;
    std::vector<std::string> states;
    const auto expected = finish(options, {}, &states);
    ASSERT_EQ(states.size(), 4U);  // after 3, 4, 6, 8
    for (const auto& bytes : states) {
      expect_same(finish(options, parse_state(bytes, "x")), expected);
    }
  }
}

// With two threads that share the work of a layer: 28 x 28 pixels in batches of 64.
TEST(Resume, WithTwoThreadsIsBitIdentical) {
  const int threads = at::get_num_threads();
  at::set_num_threads(2);
  const auto set = random_dataset(192, 28, 28, 1, 2);
  auto options = quick();
  options.batch_size = 64;
  options.checkpoint_steps = 2;
  std::vector<std::string> states;
  const auto train_from = [&](TrainingState start) {
    Network network(NetworkOptions{set.schema, {0, 2, {{16}, {32}}}}, compute_normalisation(set));
    initialise(network, test_seed());
    Outcome outcome;
    TrainObserver observer;
    observer.on_state = [&](const TrainingState& state) {
      states.push_back(format_state(state));
      outcome = outcome_of(state);
    };
    train(network, set, set, options, observer, std::move(start));
    return outcome;
  };
  const auto expected = train_from({});
  ASSERT_EQ(states.size(), 5U);  // after 2, 3, 4, 6 and 6
  for (const auto& bytes : std::vector<std::string>(states.begin(), states.begin() + 4)) {
    expect_same(train_from(parse_state(bytes, "x")), expected);
  }
  at::set_num_threads(threads);
}

// Ctrl-C at any step: the step is completed, and a state that can be resumed is saved. At the last
// step of an epoch only validation remains.
TEST(Resume, AfterAnInterruptIsBitIdentical) {
  auto options = everything();
  options.checkpoint_steps = 0;
  const auto expected = finish(options, {});
  const auto set = halves(64);
  for (const std::size_t stop : {1U, 6U, 8U}) {
    auto network = network_for(set);
    std::string bytes;
    TrainObserver observer;
    observer.on_step = [&](const StepRecord& record) { set_interrupted(record.step == stop); };
    observer.on_state = [&](const TrainingState& state) { bytes = format_state(state); };
    expect_error("interrupted", [&] { train(network, set, halves(40), options, observer); });
    set_interrupted(false);
    EXPECT_EQ(parse_state(bytes, "x").step, stop);
    expect_same(finish(options, parse_state(bytes, "x")), expected);
  }
}

// Ctrl-C in validation, while the averaged weights are in the network: the state has the trained
// weights.
TEST(Resume, AfterAnInterruptInValidationIsBitIdentical) {
  auto options = everything();
  options.checkpoint_steps = 4;
  const auto expected = finish(options, {});
  const auto set = halves(64);
  auto network = network_for(set);
  std::string bytes;
  TrainObserver observer;
  observer.on_state = [&](const TrainingState& state) {
    bytes = format_state(state);
    set_interrupted(true);  // validation is the next to check
  };
  expect_error("interrupted", [&] { train(network, set, halves(40), options, observer); });
  set_interrupted(false);
  EXPECT_EQ(parse_state(bytes, "x").step, 4U);
  EXPECT_TRUE(parse_state(bytes, "x").history.empty());
  expect_same(finish(options, parse_state(bytes, "x")), expected);
}

// A finished training has no remaining steps.
TEST(Resume, OfAFinishedTrainingReturnsItsHistory) {
  std::vector<std::string> states;
  finish(everything(), {}, &states);
  const auto set = halves(64);
  auto network = network_for(set);
  TrainObserver observer;
  observer.on_step = [](const StepRecord&) { FAIL() << "a step"; };
  const auto history =
      train(network, set, set, everything(), observer, parse_state(states.back(), "x"));
  EXPECT_EQ(history.size(), 3U);
}

// The state of another network, or of a training without averaging, is rejected.
TEST(Resume, RejectsAMismatchedState) {
  auto plain = everything();
  plain.average = 0.0;
  std::vector<std::string> states;
  finish(plain, {}, &states);
  auto state = parse_state(states.front(), "x");
  expect_error("checkpoint.mismatch", [&] { finish(everything(), state); });
  state.tensors.at("first_moment.head.bias") = at::zeros({3});
  expect_error("checkpoint.mismatch", [&] { finish(plain, state); });
}

}  // namespace
}  // namespace digits
