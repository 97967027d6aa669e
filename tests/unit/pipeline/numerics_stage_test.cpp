// The numerics of a network are checked before training, and the result is recorded.
#include "pipeline/numerics_stage.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include "base/log.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

// LibTorch with wrong convolutions, in the precision of `type`.
LayerOperations wrong_in(at::ScalarType type) {
  auto operations = libtorch_operations();
  operations.convolve = [=, correct = operations.convolve](const at::Tensor& input,
                                                           const at::Tensor& weights) {
    const auto output = correct(input, weights);
    return output.scalar_type() == type ? output * 1.33 : output;
  };
  return operations;
}

Config with_precision(const std::string& name) {
  Config config;
  config.device = "cpu";
  config.train.precision = name;
  return config;
}

// The recorded precision repeats the run, so it is never "auto".
TEST(CheckTraining, RecordsTheChosenPrecision) {
  const auto [config, numerics] = check_training(with_precision("auto"), tiny_network());
  EXPECT_THAT(config.train.precision, testing::AnyOf("float32", "bfloat16"));
  EXPECT_EQ(config.train.precision, to_string(numerics.precision));
  EXPECT_EQ(check_training(with_precision("float32"), tiny_network()).config.train.precision,
            "float32");
}

TEST(CheckTraining, AutoChoosesACorrectPrecision) {
  const auto checked =
      check_training(with_precision("auto"), tiny_network(), wrong_in(at::kBFloat16));
  EXPECT_EQ(checked.config.train.precision, "float32");
}

TEST(CheckTraining, RejectsWrongBfloat16SetByTheUser) {
  expect_error("device.numerics", [] {
    check_training(with_precision("bfloat16"), tiny_network(), wrong_in(at::kBFloat16));
  });
  expect_error("config.precision", [] { check_training(with_precision("half"), tiny_network()); });
}

// A library that is wrong with oneDNN alone is used without it, and a warning says so.
TEST(CheckTraining, WarnsThatOneDnnIsWrong) {
  auto operations = libtorch_operations();
  operations.convolve = [correct = operations.convolve](const at::Tensor& input,
                                                        const at::Tensor& weights) {
    const auto output = correct(input, weights);
    return onednn_enabled() ? output * 1.33 : output;
  };
  testing::internal::CaptureStderr();
  start_logging();
  const auto checked = check_training(with_precision("float32"), tiny_network(), operations);
  const auto printed = testing::internal::GetCapturedStderr();
  enable_onednn(true);
  EXPECT_FALSE(checked.numerics.onednn);
  ASSERT_EQ(checked.numerics.warnings.size(), 1U);
  EXPECT_THAT(printed, testing::HasSubstr(
                           "[warning] device.numerics: " + checked.numerics.warnings[0] + "\n"));
}

// The float32 of evaluation is checked forward and backward too.
TEST(CheckTraining, RejectsWrongEvaluation) {
  expect_error("device.numerics", [] {
    check_training(with_precision("auto"), tiny_network(), wrong_in(at::kFloat));
  });
  EXPECT_TRUE(onednn_enabled());
}

// A network is checked once: a second check would throw here, where no gradient can be computed.
TEST(CheckAnswers, ChecksANetworkOnce) {
  const auto network = tiny_network()->options();
  check_answers(network, c10::kCPU);
  const c10::InferenceMode without_gradients;
  EXPECT_NO_THROW(check_answers(network, c10::kCPU));
}

// Every layer with its differences, and the disabled settings.
TEST(NumericsJson, ListsLayersAndWarnings) {
  auto numerics = check_training(with_precision("float32"), tiny_network()).numerics;
  numerics.warnings.push_back("conv0 is wrong");
  const Json json = numerics;
  EXPECT_EQ(json.at("precision"), "float32");
  EXPECT_EQ(json.at("onednn"), true);
  EXPECT_EQ(json.at("warnings"), Json({"conv0 is wrong"}));
  EXPECT_EQ(json.at("platform"), numerics_platform());
  ASSERT_EQ(json.at("layers").size(), 3U);
  const auto& layer = json.at("layers").at(0);
  EXPECT_EQ(layer.at("layer"), "conv0 (4 to 4 channels, 6x5)");
  EXPECT_LE(layer.at("forward"), layer.at("tolerance"));
  EXPECT_LE(layer.at("backward"), layer.at("tolerance"));
}

}  // namespace
}  // namespace digits
