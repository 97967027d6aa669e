#include "model/training_state.h"

#include <ATen/ATen.h>

#include <cmath>

#include "base/files.h"
#include "base/rng.h"
#include "support/full_disk.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// Numbers with the longest decimal text.
TrainingState state_at(std::size_t step) {
  TrainingState state;
  state.config = "seed = 1\nsource = \"a \\\"quoted\\\" folder\"\n";
  state.step = step;
  state.loss_sum = 1.0 / 3.0;
  state.gradient_norm_sum = std::nextafter(1e-300, 1.0);
  state.epoch.epoch = 2;
  state.epoch.wait_seconds = 0.1;
  EpochRecord record;
  record.epoch = 1;
  record.train_loss = std::sqrt(2.0);
  record.validation_loss = std::nextafter(0.1, 1.0);
  record.validation_accuracy = proportion(7, 9);
  record.gradient_norm = 2.0 / 3.0;
  state.history = {record};
  state.tensors["network.a"] = at::tensor({1.0F, 0.1F, -1e-40F});
  state.tensors["network.n"] = at::tensor(int64_t{3});
  return state;
}

std::string name_of(std::size_t step) {
  return "step-" + std::string(8 - std::to_string(step).size(), '0') + std::to_string(step) +
         ".safetensors";
}

TEST(TrainingState, RoundTripsBitExactly) {
  const auto state = state_at(5);
  const auto back = parse_state(format_state(state), "x");
  EXPECT_EQ(format_state(back), format_state(state));
  EXPECT_EQ(back.config, state.config);
  EXPECT_EQ(back.step, 5U);
  EXPECT_EQ(back.loss_sum, state.loss_sum);
  EXPECT_EQ(back.gradient_norm_sum, state.gradient_norm_sum);
  EXPECT_EQ(back.epoch.wait_seconds, 0.1);
  ASSERT_EQ(back.history.size(), 1U);
  EXPECT_EQ(Json(back.history[0]), Json(state.history[0]));
  EXPECT_EQ(back.history[0].validation_loss, state.history[0].validation_loss);
  for (const auto& [name, tensor] : state.tensors) EXPECT_TRUE(back.tensors.at(name).equal(tensor));
}

// A shared training's state has the number of its ranks; that of one process needs no such key.
TEST(TrainingState, HasTheRanksOfASharedTraining) {
  auto state = state_at(5);
  EXPECT_EQ(state.ranks, 1);
  for (const int ranks : {1, 2, 3}) {
    state.ranks = ranks;
    const auto bytes = format_state(state);
    Metadata metadata;
    parse_sealed(bytes, "x", kCheckpointFamily, metadata);
    const auto json = Json::parse(metadata.at("digits.training_state/1"));
    EXPECT_EQ(json.contains("ranks"), ranks > 1) << json;
    EXPECT_EQ(parse_state(bytes, "x").ranks, ranks);
  }
}

// Every byte of the file counts: header length, header, padding, data. Each is changed to a random
// other value, and every change must be rejected.
TEST(TrainingState, RejectsEveryChangedByte) {
  const auto whole = format_state(state_at(5));
  Rng rng(test_seed(), Stream::kTest);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + rng.below(255)));
    EXPECT_THAT(error_code([&] { parse_state(bytes, "x"); }),
                testing::AnyOf("checkpoint.hash", "checkpoint.malformed"))
        << at;
  }
}

TEST(TrainingState, RejectsEveryTruncation) {
  const auto whole = format_state(state_at(5));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(error_code([&] { parse_state(whole.substr(0, size), "x"); }),
                testing::AnyOf("checkpoint.hash", "checkpoint.malformed"))
        << size;
  }
  expect_error("checkpoint.hash", [&] { parse_state(whole + "!", "x"); });
}

// A valid hash, but not a state.
TEST(TrainingState, RejectsAnotherKindOfFile) {
  expect_error("checkpoint.malformed", [&] { parse_state(format_sealed({}, {}), "x"); });
  expect_error("checkpoint.malformed", [&] {
    parse_state(format_sealed({}, {{"digits.training_state/1", R"({"step": "five"})"}}), "x");
  });
}

TEST(StateFolder, KeepsTheLastTwo) {
  const TemporaryDirectory folder;
  StateFolder states(folder.path());
  EXPECT_FALSE(states.load_newest().has_value());
  write_file(folder / "best.safetensors", "not a state");
  for (const std::size_t step : {3U, 20U, 20U, 100U}) states.save(state_at(step));
  EXPECT_THAT(files_below(folder.path()),
              testing::ElementsAre("best.safetensors", name_of(20), name_of(100)));
  states.save(state_at(100));  // again, at an epoch's end: the other state stays
  EXPECT_EQ(files_below(folder.path()).size(), 3U);
  EXPECT_EQ(StateFolder(folder.path()).load_newest()->step, 100U);
}

TEST(StateFolder, IsEmptyWhenMissing) {
  const TemporaryDirectory folder;
  EXPECT_FALSE(StateFolder(folder / "none").load_newest().has_value());
}

// A damaged newest state is skipped. The next saved state, at a smaller step, replaces it.
TEST(StateFolder, FallsBackToThePreviousState) {
  const TemporaryDirectory folder;
  StateFolder states(folder.path());
  states.save(state_at(10));
  states.save(state_at(20));
  write_file(folder / name_of(20), read_file(folder / name_of(20)).substr(0, 100));
  StateFolder again(folder.path());
  EXPECT_EQ(again.load_newest()->step, 10U);
  again.save(state_at(15));
  EXPECT_THAT(files_below(folder.path()), testing::ElementsAre(name_of(10), name_of(15)));
}

TEST(StateFolder, FailsIfAllStatesAreDamaged) {
  const TemporaryDirectory folder;
  StateFolder states(folder.path());
  for (const std::size_t step : {10U, 20U}) {
    states.save(state_at(step));
    write_file(folder / name_of(step), "");
  }
  expect_error("checkpoint.damaged", [&] { StateFolder(folder.path()).load_newest(); });
}

// A failed write deletes nothing: both older states are there and complete.
TEST(StateFolder, KeepsOlderStatesOnAFullDisk) {
  const TemporaryDirectory folder;
  StateFolder states(folder.path());
  states.save(state_at(10));
  states.save(state_at(20));
  {
    const FileSizeLimit limit(500);
    expect_error("disk.full", [&] { states.save(state_at(30)); });
  }
  EXPECT_THAT(files_below(folder.path()), testing::ElementsAre(name_of(10), name_of(20)));
  EXPECT_EQ(parse_state(read_file(folder / name_of(10)), "x").step, 10U);
  EXPECT_EQ(StateFolder(folder.path()).load_newest()->step, 20U);
}

// The folder is moved away during training: an error, and no new folder appears.
TEST(StateFolder, ReportsARemovedFolder) {
  const TemporaryDirectory folder;
  fs::create_directory(folder / "checkpoint");
  StateFolder states(folder / "checkpoint");
  states.save(state_at(10));
  fs::rename(folder / "checkpoint", folder / "moved");
  expect_error("output.unwritable", [&] { states.save(state_at(20)); });
  EXPECT_EQ(StateFolder(folder / "moved").load_newest()->step, 10U);
  EXPECT_FALSE(fs::exists(folder / "checkpoint"));
}

}  // namespace
}  // namespace digits
