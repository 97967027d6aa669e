// Engines of oneDNN made from a package's weights.
#include "onednn/onednn_factory.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"
#include "base/registry.h"
#include "inference/choose_engine.h"
#include "inference/numerics_table.h"
#include "model/checkpoint.h"
#include "model/torchscript.h"
#include "repository/manifest.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

class OnednnFactory : public testing::Test {
 public:
  OnednnFactory() { registered<EngineFactory>() = {onednn_factory()}; }
  ~OnednnFactory() override { registered<EngineFactory>().clear(); }

  std::unique_ptr<InferenceEngine> make(const std::string& name) const {
    return make_engine(name, {torchscript_, weights_, schema_, architecture_}, c10::kCPU);
  }

  Schema schema_ = tiny_schema();
  Architecture architecture_ = tiny_architecture();
  Network network_ = tiny_network();
  std::string torchscript_ = export_torchscript(network_);
  std::string weights_ = format_safetensors(network_tensors(network_));
};

// Each engine agrees with the network. A processor may lack bfloat16.
TEST_F(OnednnFactory, EnginesMatchTheNetwork) {
  network_->eval();
  const at::NoGradGuard no_grad;
  const auto images = at::rand({5, 1, 12, 10});
  const auto expected = network_->forward(images);
  for (const char* name : {"auto", "onednn", "onednn-bfloat16"}) {
    std::unique_ptr<InferenceEngine> engine;
    try {
      engine = make(name);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "engine.unavailable") << name;
      EXPECT_STREQ(name, "onednn-bfloat16");
      continue;
    }
    const auto tolerance =
        engine->precision() == Precision::kFloat32 ? kGoldenTolerance : kBfloat16Tolerance;
    EXPECT_LE((engine->forward(images) - expected).abs().max().item<double>(), tolerance) << name;
  }
}

TEST_F(OnednnFactory, IsChosenByAuto) { EXPECT_EQ(make("auto")->name(), "onednn"); }

// The engine compares every layer of the network as the engine computes it.
TEST_F(OnednnFactory, ChecksItsLayers) {
  const auto results = make("onednn")->check_layers();
  EXPECT_EQ(first_fault(results), "");
  ASSERT_GE(results.size(), 3U);
  EXPECT_EQ(results[0].layer, "conv0 (4 to 4 channels, 6x5)");
  EXPECT_EQ(results[1].layer, "conv1 (4 to 6 channels, 3x2)");
  EXPECT_EQ(results[2].layer, "head (6 to 3)");
}

// Weights that do not match the architecture are an error of the package.
TEST_F(OnednnFactory, RejectsWeightsOfAnotherNetwork) {
  for (const std::vector<std::vector<std::int64_t>>& blocks :
       {std::vector<std::vector<std::int64_t>>{{5}, {6}}, {}, {{}}, {{-4}, {6}}, {{4}, {6}, {1}}}) {
    architecture_.blocks = blocks;
    expect_error("package.malformed", [&] { make("onednn"); });
  }
}

// A description of terabytes is rejected before memory is allocated.
TEST_F(OnednnFactory, RejectsANetworkLargerThanItsWeights) {
  architecture_.blocks = {std::vector<std::int64_t>(10000, 4096)};
  expect_error("package.malformed", [&] { make("onednn"); });
}

// The doctor's table has a row for the engine.
TEST_F(OnednnFactory, HasARowInTheNumericsTable) {
  const auto rows = numerics_table({3}, {Precision::kFloat32});
  const auto row = std::find_if(rows.begin(), rows.end(), [](const NumericsRow& one) {
    return one.name == "engine onednn, forward";
  });
  ASSERT_NE(row, rows.end());
  EXPECT_TRUE(is_correct(*row));
}

}  // namespace
}  // namespace digits
