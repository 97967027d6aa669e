// The choice of an engine, and the result when one is wrong or missing.
#include "inference/choose_engine.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <exception>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/registry.h"
#include "inference/engine_factory.h"
#include "model/checkpoint.h"
#include "model/numerics.h"
#include "model/torchscript.h"
#include "support/engines.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

class ChooseEngine : public testing::Test {
 public:
  ChooseEngine() { registered<EngineFactory>() = {fake_factory("fast", "fast-bfloat16")}; }
  ~ChooseEngine() override {
    registered<EngineFactory>().clear();
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
  registered<EngineFactory>().clear();
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
  EXPECT_THAT(engine_names(), testing::ElementsAre("auto", "torchscript", "fast", "fast-bfloat16"));
}

// Factories are tried in their order. Only "auto" skips one that cannot run on this processor.
TEST_F(ChooseEngine, SkipsAnUnsupportedFactory) {
  registered<EngineFactory>() = {unavailable_factory("npu"), fake_factory("fast", "fast-bfloat16")};
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

// It does so on its own device. ("meta" holds no values to compare; from 2.4 on, LibTorch rejects
// it before the first layer.)
TEST_F(ChooseEngine, TorchScriptChecksItsLayersOnItsDevice) {
  const ModelSource source{torchscript_, weights_, schema_, architecture_};
  const auto engine = make_engine("torchscript", source, c10::kMeta, wrong_where(nowhere));
  std::string fault;
  try {
    fault = first_fault(engine->check_layers());
  } catch (const std::exception& error) {
    fault = error.what();
  }
  EXPECT_NE(fault, "");
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

// The hint is that of the check.
TEST_F(ChooseEngine, RejectsAWrongEngineSetByTheUser) {
  const auto error = error_of([&] { make("fast", wrong_where(by_factory)); });
  EXPECT_EQ(error.code(), "device.numerics");
  EXPECT_EQ(error.hint(), "use another engine");
}

// The faults that the checks find in engines of these names.
std::string wrong_engines(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) {
    text += text.empty() ? "" : "; ";
    text += fmt::format("engine {}: conv0 is wrong ({})", name, numerics_platform());
  }
  return text;
}

// The error names each attempt, and no other engine is left. LibTorch's setting is restored.
TEST_F(ChooseEngine, RejectsWhenNoEngineIsCorrect) {
  for (const auto& [name, tried] : std::map<std::string, std::vector<std::string>>{
           {"auto", {"fast", "torchscript", "torchscript"}},
           {"torchscript", {"torchscript", "torchscript"}}}) {
    const auto error = error_of([&, engine = name] { make(engine, wrong_where(everywhere)); });
    EXPECT_EQ(error.code(), "device.numerics");
    EXPECT_EQ(error.what(), wrong_engines(tried));
    EXPECT_EQ(error.hint(), "see `digits doctor`; use another machine");
    EXPECT_TRUE(onednn_enabled());
  }
}

// TorchScript without oneDNN is tried once: not again where oneDNN is off, and not on another
// device, which does not use it.
TEST_F(ChooseEngine, DisablesOneDnnOnlyWhereItIsUsed) {
  const ModelSource source{torchscript_, weights_, schema_, architecture_};
  const auto message_on = [&](c10::Device device) -> std::string {
    return error_of([&] { make_engine("torchscript", source, device, wrong_where(everywhere)); })
        .what();
  };
  EXPECT_EQ(message_on(c10::kMeta), wrong_engines({"torchscript"}));
  enable_onednn(false);
  EXPECT_EQ(message_on(c10::kCPU), wrong_engines({"torchscript"}));
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

// The message is the first line of LibTorch's: a stack trace follows it.
TEST_F(ChooseEngine, RejectsImagesOfAnotherSize) {
  const auto engine = make("torchscript");
  const auto error = error_of([&] { engine->forward(at::zeros({1, 1, 3, 3})); });
  EXPECT_EQ(error.code(), "package.malformed");
  EXPECT_STREQ(error.what(),
               "model.pt: The following operation failed in the TorchScript interpreter.");
}

}  // namespace
}  // namespace digits
