#include "model/checkpoint.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/files.h"
#include "model/safetensors.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

CheckpointInfo tiny_info() { return {tiny_schema(), tiny_architecture(), 3, 0.5}; }

TEST(Checkpoint, RestoresWeightsStatisticsAndInfo) {
  const TemporaryDirectory folder;
  auto network = tiny_network(test_seed());
  network->forward(at::rand({8, 1, 12, 10}));  // moves the batch-norm statistics
  save_checkpoint(folder / "c", network, tiny_info());
  const auto back = load_checkpoint(folder / "c");
  EXPECT_TRUE(same_weights(network, back.network));
  EXPECT_FALSE(back.network->is_training());
  EXPECT_EQ(back.info.epoch, 3);
  EXPECT_EQ(back.info.validation_accuracy, 0.5);
  EXPECT_TRUE(back.info.schema == tiny_schema());
  EXPECT_EQ(back.sha256.size(), 64U);
}

TEST(Checkpoint, NamesAMissingFile) {
  const TemporaryDirectory folder;
  expect_error("checkpoint.missing", [&] { load_checkpoint(folder / "c"); });
  expect_error("checkpoint.missing", [&] { load_checkpoint(folder.path()); });
}

// A flipped bit is detected anywhere: in the weights, the description, the padding, the hash
// itself.
TEST(Checkpoint, RejectsAChangedByte) {
  const TemporaryDirectory folder;
  const auto network = tiny_network(test_seed());
  save_checkpoint(folder / "c", network, tiny_info());
  const auto whole = read_file(folder / "c");
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at / 7 % 8)));
    write_file(folder / "c", bytes, Durability::kUnsynced);
    EXPECT_THAT(error_code([&] { load_checkpoint(folder / "c"); }),
                testing::AnyOf("checkpoint.hash", "checkpoint.malformed"))
        << at;
  }
}

// The hash matches but the network does not: a description edited by hand.
TEST(Checkpoint, RejectsAMismatchedNetwork) {
  const TemporaryDirectory folder;
  using Blocks = decltype(Architecture::blocks);
  for (const auto& blocks :
       {Blocks{{4}, {7}}, Blocks{{4}}, Blocks{}, Blocks{{}}, Blocks{{-4}, {6}}}) {
    auto info = tiny_info();
    info.architecture.blocks = blocks;
    save_checkpoint(folder / "c", tiny_network(), info);
    expect_error("checkpoint.mismatch", [&] { load_checkpoint(folder / "c"); });
  }
  auto info = tiny_info();
  info.schema.channels = -1;
  save_checkpoint(folder / "c", tiny_network(), info);
  expect_error("checkpoint.mismatch", [&] { load_checkpoint(folder / "c"); });
}

// Names, shapes, types and the number of tensors must fit, or nothing is copied.
TEST(CopyTensors, RejectsTensorsThatDoNotFit) {
  const NamedTensors targets{{"a", at::zeros({2})}};
  for (const NamedTensors& sources :
       {NamedTensors{}, NamedTensors{{"b", at::ones({2})}}, NamedTensors{{"a", at::ones({3})}},
        NamedTensors{{"a", at::ones({2}, at::kLong)}},
        NamedTensors{{"a", at::ones({2})}, {"b", at::ones({2})}}}) {
    expect_error("checkpoint.mismatch", [&] { copy_tensors(targets, sources, "x"); });
  }
  EXPECT_TRUE(targets.at("a").equal(at::zeros({2})));
  copy_tensors(targets, {{"a", at::ones({2})}}, "x");
  EXPECT_TRUE(targets.at("a").equal(at::ones({2})));
}

// Weights without a description, as another program writes them, are no checkpoint.
TEST(Checkpoint, RejectsAFileWithoutDescription) {
  const TemporaryDirectory folder;
  write_file(folder / "c", format_safetensors(network_tensors(tiny_network())));
  expect_error("checkpoint.malformed", [&] { load_checkpoint(folder / "c"); });
  write_file(folder / "c", format_sealed(network_tensors(tiny_network()),
                                         {{"digits.checkpoint/1", R"({"epoch": "three"})"}}));
  expect_error("checkpoint.malformed", [&] { load_checkpoint(folder / "c"); });
}

}  // namespace
}  // namespace digits
