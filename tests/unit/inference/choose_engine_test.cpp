// The choice of an engine, and the result when one is wrong or missing.
#include "inference/choose_engine.h"

#include <ATen/ATen.h>

#include "base/error.h"
#include "inference/engine_factory.h"
#include "model/checkpoint.h"
#include "model/torchscript.h"
#include "support/engines.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

class ChooseEngine : public testing::Test {
 public:
  ChooseEngine() { set_engine_factories({fake_factory("fast", "fast-bfloat16")}); }
  ~ChooseEngine() override {
    set_engine_factories({});
    enable_onednn(true);
  }

  std::unique_ptr<InferenceEngine> make(const std::string& name,
                                        const EngineCheck& check = check_engine) const {
    return make_engine(name, {torchscript_, weights_, schema_, architecture_}, c10::kCPU, check);
  }

  Schema schema_ = tiny_schema();
  Architecture architecture_ = tiny_architecture();
  Network network_ = tiny_network();
  std::string torchscript_ = export_torchscript(network_);
  std::string weights_ = format_safetensors(network_tensors(network_));
};

// Without extras TorchScript is the only engine.
TEST_F(ChooseEngine, IsTorchScriptWithoutFactories) {
  set_engine_factories({});
  EXPECT_EQ(make("auto")->name(), "torchscript");
  EXPECT_THAT(engine_names(), testing::ElementsAre("auto", "torchscript"));
  expect_error("engine.unknown", [&] { make("fast"); });
}

// "auto" takes the first name of a factory. Each name is taken when it is requested.
TEST_F(ChooseEngine, PrefersAFactorysEngine) {
  EXPECT_EQ(make("auto")->name(), "fast");
  for (const char* name : {"torchscript", "fast", "fast-bfloat16"}) {
    EXPECT_EQ(make(name)->name(), name);
  }
}

// Factories are tried in their order. Only "auto" skips one that cannot run on this processor.
TEST_F(ChooseEngine, SkipsAnUnsupportedFactory) {
  set_engine_factories({unavailable_factory("npu"), fake_factory("fast", "fast-bfloat16")});
  EXPECT_EQ(make("auto")->name(), "fast");
  expect_error("engine.unavailable", [&] { make("npu"); });
}

// On another device than the CPU only TorchScript is available. (PyTorch's "meta" device holds no
// values, but has the kind of another device.)
TEST_F(ChooseEngine, UsesFactoriesOnTheCpuOnly) {
  const ModelSource source{torchscript_, weights_, schema_, architecture_};
  EXPECT_EQ(make_engine("auto", source, c10::kMeta, wrong_where(nowhere))->name(), "torchscript");
  expect_error("engine.unavailable", [&] { make_engine("fast", source, c10::kMeta); });
}

TEST_F(ChooseEngine, RejectsAnUnknownName) {
  expect_error("engine.unknown", [&] { make("tensorrt"); });
}

// TorchScript compares every layer of the network with float64.
TEST_F(ChooseEngine, TorchScriptChecksItsLayers) {
  const auto results = make("torchscript")->check_layers();
  EXPECT_EQ(first_fault(results), "");
  ASSERT_GE(results.size(), 3U);
  EXPECT_EQ(results[0].layer, "conv0 (4 to 4 channels, 6x5)");
  EXPECT_EQ(results[1].layer, "conv1 (4 to 6 channels, 3x2)");
  EXPECT_EQ(results[2].layer, "head (6 to 3)");
}

TEST_F(ChooseEngine, AutoFallsBackToTorchScript) {
  EXPECT_EQ(make("auto", wrong_where(by_factory))->name(), "torchscript");
  EXPECT_TRUE(onednn_enabled());
}

// LibTorch's use of oneDNN is not set by the user: it is switched off if it is wrong.
TEST_F(ChooseEngine, TorchScriptDisablesAWrongOneDnn) {
  for (const char* name : {"auto", "torchscript"}) {
    enable_onednn(true);
    EXPECT_EQ(make(name, wrong_where(with_onednn))->name(), "torchscript");
    EXPECT_FALSE(onednn_enabled());
  }
}

TEST_F(ChooseEngine, RejectsAWrongEngineSetByTheUser) {
  expect_error("device.numerics", [&] { make("fast", wrong_where(by_factory)); });
}

// LibTorch's setting is restored when no engine is correct.
TEST_F(ChooseEngine, RejectsWhenNoEngineIsCorrect) {
  for (const char* name : {"auto", "torchscript"}) {
    expect_error("device.numerics", [&] { make(name, wrong_where(everywhere)); });
    EXPECT_TRUE(onednn_enabled());
  }
}

// A file that is too small for the weights of its network is rejected before it is read. By hand:
// 3 * 6 numbers of the last layer, 9 * 4 * 4 and 9 * 4 * 6 of the convolutions are 1512 bytes.
TEST_F(ChooseEngine, ComparesTheSizeOfTheWeights) {
  const auto message_of = [&](std::size_t bytes) -> std::string {
    const std::string weights(bytes, 'x');
    try {
      network_of({torchscript_, weights, schema_, architecture_});
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "package.malformed");
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message_of(1511),
            "model.safetensors: 1511 bytes, expected at least 1512 for the network of "
            "manifest.json");
  EXPECT_THAT(message_of(1512), testing::EndsWith("expected a safetensors file"));
  const auto network = network_of({torchscript_, weights_, schema_, architecture_});
  EXPECT_TRUE(same_weights(network, network_));
}

TEST_F(ChooseEngine, RejectsAnInvalidArchive) {
  torchscript_ = "not an archive";
  expect_error("package.malformed", [&] { make("torchscript"); });
}

}  // namespace
}  // namespace digits
