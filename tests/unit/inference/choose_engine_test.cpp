// Which engine answers, and that each answers for the model it was given.
#include "inference/choose_engine.h"

#include <ATen/ATen.h>

#include "base/error.h"
#include "model/checkpoint.h"
#include "model/torchscript.h"
#include "repository/manifest.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

// A library that computes wrongly for the engines that `is_wrong` chooses.
template <typename IsWrong>
EngineCheck wrong_where(const IsWrong& is_wrong) {
  return [=](const InferenceEngine& engine) -> std::vector<NumericsResult> {
    return {{"conv0", engine.precision(), is_wrong(engine) ? 0.3 : 0.0, 0.0}};
  };
}

bool nowhere(const InferenceEngine& /*engine*/) { return false; }
bool everywhere(const InferenceEngine& /*engine*/) { return true; }
bool of_onednn(const InferenceEngine& engine) { return engine.name() == "onednn"; }
bool with_onednn(const InferenceEngine& /*engine*/) { return onednn_enabled(); }

class ChooseEngine : public testing::Test {
 public:
  ~ChooseEngine() override { enable_onednn(true); }

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

// Every engine that is there computes the same.
TEST_F(ChooseEngine, AllAgree) {
  network_->eval();
  const at::NoGradGuard no_grad;
  const auto images = at::rand({5, 1, 12, 10});
  const auto expected = network_->forward(images);
  for (const char* name : {"auto", "torchscript", "onednn", "onednn-bfloat16"}) {
    std::unique_ptr<InferenceEngine> engine;
    try {
      engine = make(name);
    } catch (const Error& error) {  // of the build or the processor
      EXPECT_EQ(error.code(), "engine.unavailable") << name;
      EXPECT_THAT(name, testing::StartsWith("onednn"));
      continue;
    }
    const auto tolerance =
        engine->precision() == Precision::kFloat32 ? kGoldenTolerance : kBfloat16Tolerance;
    EXPECT_LE((engine->forward(images) - expected).abs().max().item<double>(), tolerance) << name;
  }
}

// On another device than the CPU there is TorchScript alone. (PyTorch's "meta" is a device that
// holds no values: enough to ask.)
TEST_F(ChooseEngine, TheFastOneIsForTheCpu) {
  const ModelSource source{torchscript_, weights_, schema_, architecture_};
  EXPECT_EQ(make_engine("auto", source, c10::kMeta, wrong_where(nowhere))->name(), "torchscript");
  expect_error("engine.unavailable", [&] { make_engine("onednn", source, c10::kMeta); });
}

TEST_F(ChooseEngine, RefusesAnUnknownName) {
  expect_error("engine.unknown", [&] { make("tensorrt"); });
}

// What "auto" takes is the fast one wherever this build has it.
TEST_F(ChooseEngine, PrefersTheFastOne) {
#ifdef DIGITS_HAS_ONEDNN
  EXPECT_EQ(make("auto")->name(), "onednn");
  EXPECT_EQ(make("onednn")->name(), "onednn");
#else
  EXPECT_EQ(make("auto")->name(), "torchscript");
  expect_error("engine.unavailable", [&] { make("onednn"); });
#endif
  EXPECT_EQ(make("torchscript")->name(), "torchscript");
}

// Each engine compares every layer of the network as it computes it.
TEST_F(ChooseEngine, EveryEngineChecksItsLayers) {
  for (const char* name : {"torchscript", "auto"}) {
    const auto results = make(name)->check_layers();
    EXPECT_EQ(first_fault(results), "") << name;
    ASSERT_GE(results.size(), 3U) << name;
    EXPECT_EQ(results[0].layer, "conv0 (4 to 4 channels, 6x5)") << name;
    EXPECT_EQ(results[1].layer, "conv1 (4 to 6 channels, 3x2)") << name;
    EXPECT_EQ(results[2].layer, "head (6 to 3)") << name;
  }
}

TEST_F(ChooseEngine, AutoGoesOnByTorchScript) {
  EXPECT_EQ(make("auto", wrong_where(of_onednn))->name(), "torchscript");
  EXPECT_TRUE(onednn_enabled());
}

// Nobody asks by name that LibTorch uses oneDNN.
TEST_F(ChooseEngine, TorchScriptGoesOnWithoutOneDnn) {
  for (const char* name : {"auto", "torchscript"}) {
    enable_onednn(true);
    EXPECT_EQ(make(name, wrong_where(with_onednn))->name(), "torchscript");
    EXPECT_FALSE(onednn_enabled());
  }
}

TEST_F(ChooseEngine, RefusesAWrongEngineAskedForByName) {
#ifndef DIGITS_HAS_ONEDNN
  GTEST_SKIP() << "this build has no oneDNN";
#endif
  expect_error("device.numerics", [&] { make("onednn", wrong_where(of_onednn)); });
}

TEST_F(ChooseEngine, RefusesWhenNoEngineIsCorrect) {
  for (const char* name : {"auto", "torchscript"}) {
    expect_error("device.numerics", [&] { make(name, wrong_where(everywhere)); });
    EXPECT_TRUE(onednn_enabled()) << "what did not help must not stay";
  }
}

// Weights that do not fit the architecture are the package's fault.
TEST_F(ChooseEngine, RefusesWeightsOfAnotherNetwork) {
#ifndef DIGITS_HAS_ONEDNN
  GTEST_SKIP() << "this build has no oneDNN";
#endif
  for (const std::vector<std::vector<std::int64_t>>& blocks :
       {std::vector<std::vector<std::int64_t>>{{5}, {6}}, {}, {{}}, {{-4}, {6}}, {{4}, {6}, {1}}}) {
    architecture_.blocks = blocks;
    expect_error("package.malformed", [&] { make("onednn"); });
  }
}

// A description of terabytes is refused before the memory is asked for.
TEST_F(ChooseEngine, RefusesANetworkThatTheWeightsCannotHold) {
#ifndef DIGITS_HAS_ONEDNN
  GTEST_SKIP() << "this build has no oneDNN";
#endif
  architecture_.blocks = {std::vector<std::int64_t>(10000, 4096)};
  expect_error("package.malformed", [&] { make("onednn"); });
}

TEST_F(ChooseEngine, RefusesAnArchiveThatIsNone) {
  torchscript_ = "not an archive";
  expect_error("package.malformed", [&] { make("torchscript"); });
}

}  // namespace
}  // namespace digits
