// Which engine answers, and that each answers for the model it was given.
#include "model/choose_engine.h"

#include <ATen/ATen.h>

#include "base/error.h"
#include "model/checkpoint.h"
#include "model/torchscript.h"
#include "repository/manifest.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

class ChooseEngine : public testing::Test {
 public:
  std::unique_ptr<InferenceEngine> make(const std::string& name) const {
    return make_engine(name, {torchscript_, weights_, schema_, architecture_}, c10::kCPU);
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
  EXPECT_EQ(make_engine("auto", source, c10::kMeta)->name(), "torchscript");
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
