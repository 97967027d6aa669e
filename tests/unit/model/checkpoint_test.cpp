#include "model/checkpoint.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/cuda.h>

#include <algorithm>
#include <cstring>
#include <sstream>

#include "base/files.h"
#include "model/device.h"
#include "model/safetensors.h"
#include "model/torchscript.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

CheckpointInfo tiny_info() { return {tiny_schema(), {4, 6}, 3, 0.5}; }

// The format's layout, by hand: header length, JSON, raw little-endian floats.
TEST(Safetensors, HasThePublishedLayout) {
  const auto bytes = format_safetensors({{"a", at::tensor({1.0F, 2.0F})}});
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  EXPECT_EQ(length % 8, 0U);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  EXPECT_EQ(header["a"]["dtype"], "F32");
  EXPECT_EQ(header["a"]["shape"], (std::vector<int>{2}));
  EXPECT_EQ(header["a"]["data_offsets"], (std::vector<int>{0, 8}));
  float second = 0.0F;
  std::memcpy(&second, bytes.data() + 8 + length + 4, 4);
  EXPECT_EQ(second, 2.0F);
}

TEST(Safetensors, RoundTripsShapesAndTypes) {
  const NamedTensors tensors{{"weights", at::rand({2, 3, 4})},
                             {"scalar", at::tensor(int64_t{-5})},
                             {"empty", at::empty({0, 3})},
                             {"strided", at::rand({4, 6}).t()}};
  const auto back = parse_safetensors(format_safetensors(tensors), "x", "checkpoint");
  ASSERT_EQ(back.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) EXPECT_TRUE(back.at(name).equal(tensor)) << name;
}

TEST(Safetensors, CarriesMetadata) {
  const auto bytes = format_safetensors({{"a", at::rand({3})}}, {{"format", "pt"}});
  Metadata metadata;
  EXPECT_EQ(parse_safetensors(bytes, "x", "checkpoint", &metadata).size(), 1U);
  EXPECT_EQ(metadata.at("format"), "pt");
  EXPECT_EQ(parse_safetensors(bytes, "x", "checkpoint").size(), 1U);  // or leaves it alone
}

TEST(Safetensors, RefusesEveryTruncation) {
  const auto whole = format_safetensors({{"a", at::rand({3})}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_error("package.malformed",
                 [&] { parse_safetensors(whole.substr(0, size), "x", "package"); });
  }
  expect_error("package.malformed", [&] { parse_safetensors(whole + "!", "x", "package"); });
}

// Headers that lie about sizes must not read outside the file.
TEST(Safetensors, RefusesHeadersThatLie) {
  const auto file = [](const std::string& header) {
    std::string bytes(8, '\0');
    bytes[0] = static_cast<char>(header.size());
    return bytes + header + std::string(8, 'x');
  };
  for (const char* header : {
           R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,16]}})",
           R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
           R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
           R"({"a":{"dtype":"F32","shape":[4611686018427387906],"data_offsets":[0,8]}})",
           R"({"a":{"dtype":"F16","shape":[4],"data_offsets":[0,8]}})",
           R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
           R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",
           R"({"a":7})",
           R"([1])",
       }) {
    expect_error("package.malformed", [&] { parse_safetensors(file(header), "x", "package"); });
  }
}

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

TEST(Checkpoint, NamesAMissingOne) {
  const TemporaryDirectory folder;
  expect_error("checkpoint.missing", [&] { load_checkpoint(folder / "c"); });
  expect_error("checkpoint.missing", [&] { load_checkpoint(folder.path()); });
}

// A bit flipped anywhere is noticed: in the weights by their hash, in the header by its syntax, its
// offsets or what it says of the network. Spaces that pad the header and digits of the accuracy are
// the exception, and change no weight.
TEST(Checkpoint, NeverLoadsChangedWeights) {
  const TemporaryDirectory folder;
  const auto network = tiny_network(test_seed());
  save_checkpoint(folder / "c", network, tiny_info());
  const auto whole = read_file(folder / "c");
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at / 7 % 8)));
    write_file(folder / "c", bytes, Durability::kUnsynced);
    const auto code = error_code(
        [&] { EXPECT_TRUE(same_weights(load_checkpoint(folder / "c").network, network)) << at; });
    EXPECT_THAT(code, testing::AnyOf("no error", testing::StartsWith("checkpoint."))) << at;
  }
}

// The hash fits, the network does not: a description edited by hand.
TEST(Checkpoint, RefusesANetworkThatDoesNotFit) {
  const TemporaryDirectory folder;
  for (const auto& widths : std::vector<std::vector<std::int64_t>>{{4, 7}, {4}, {}, {-4, 6}}) {
    auto info = tiny_info();
    info.widths = widths;
    save_checkpoint(folder / "c", tiny_network(), info);
    expect_error("checkpoint.mismatch", [&] { load_checkpoint(folder / "c"); });
  }
  auto info = tiny_info();
  info.schema.channels = -1;
  save_checkpoint(folder / "c", tiny_network(), info);
  expect_error("checkpoint.mismatch", [&] { load_checkpoint(folder / "c"); });
}

// Weights alone, as another program would write them, are no checkpoint.
TEST(Checkpoint, RefusesAFileWithoutDescription) {
  const TemporaryDirectory folder;
  write_file(folder / "c", format_safetensors(network_tensors(tiny_network())));
  expect_error("checkpoint.malformed", [&] { load_checkpoint(folder / "c"); });
  write_file(folder / "c", format_safetensors(network_tensors(tiny_network()),
                                              {{"digits.checkpoint/1", R"({"epoch": "three"})"}}));
  expect_error("checkpoint.malformed", [&] { load_checkpoint(folder / "c"); });
}

// The exported archive computes what the eager network computes, at batch sizes that the trace has
// not seen, whatever mode the network was in; 1e-5 as for any two orders of summation.
TEST(Torchscript, ComputesWhatTheNetworkComputes) {
  auto network = tiny_network(test_seed());
  network->forward(at::rand({8, 1, 12, 10}));
  std::istringstream archive(export_torchscript(network));
  EXPECT_TRUE(network->is_training());  // left as it was
  auto module = torch::jit::load(archive);
  network->eval();
  for (const int64_t n : {1, 2, 17}) {
    const auto images = at::rand({n, 1, 12, 10});
    const auto logits = module.forward({images}).toTensor();
    EXPECT_TRUE(at::allclose(logits, network->forward(images), 0.0, 1e-5)) << n;
  }
}

// Names are the eager network's, so that other programs can tie the two together.
TEST(Torchscript, KeepsParameterNames) {
  auto network = tiny_network();
  std::istringstream archive(export_torchscript(network));
  const auto module = torch::jit::load(archive);
  std::vector<std::string> names;
  for (const auto& item : module.named_parameters()) names.push_back(item.name);
  EXPECT_THAT(names, testing::UnorderedElementsAreArray(network->named_parameters().keys()));
}

TEST(Device, RefusesNamesThatAreNone) {
  expect_error("device.unknown", [] { choose_device("tpu"); });
  expect_error("config.precision", [] { choose_precision("float16", c10::kCPU); });
  EXPECT_TRUE(choose_device("cpu").is_cpu());
}

TEST(Device, InsistsWhenCudaIsAskedFor) {
  if (torch::cuda::is_available()) {
    EXPECT_TRUE(choose_device("cuda").is_cuda());
    EXPECT_TRUE(choose_device("auto").is_cuda());
  } else {
    expect_error("device.cuda_missing", [] { choose_device("cuda"); });
    EXPECT_TRUE(choose_device("auto").is_cpu());
  }
}

TEST(Device, AutoPrecisionFollowsTheCpu) {
  const auto features = cpu_features();
  const bool amx = std::find(features.begin(), features.end(), "amx_bf16") != features.end();
  EXPECT_EQ(to_string(choose_precision("auto", c10::kCPU)), amx ? "bfloat16" : "float32");
  EXPECT_EQ(to_string(choose_precision("float32", c10::kCPU)), "float32");
}

TEST(Device, SetsTheThreadsOfLibTorch) {
  const int before = at::get_num_threads();
  EXPECT_EQ(set_threads(1), 1);
  EXPECT_EQ(at::get_num_threads(), 1);
  EXPECT_GE(set_threads(0), 1);
  set_threads(before);
}

}  // namespace
}  // namespace digits
