// A library that computes a layer wrongly is detected, named and replaced. The libraries here are
// fakes: operations with an added fault, in a bfloat16 that every processor has.
#include "model/numerics.h"

#include <ATen/ATen.h>

#include <cmath>
#include <memory>

#include "model/device.h"
#include "model/network.h"
#include "model/torch_compat.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<LayerShape> kLayers{
    {"conv0", 4, 20, 7, 5}, {"conv1", 20, 6, 7, 5}, {"head", 24, 3}};

using Fault = std::function<at::Tensor(const at::Tensor& input, const at::Tensor& correct)>;

// LibTorch's operation in float32; under autocast its result is rounded to autocast's type.
LayerOperations::Operation rounding(const LayerOperations::Operation& operation) {
  return [=](const at::Tensor& input, const at::Tensor& weights) {
    if (!AutocastScope::is_enabled(c10::kCPU)) return operation(input, weights);
    const AutocastScope exact(c10::kCPU, at::kBFloat16, false);
    return operation(input, weights).to(AutocastScope::dtype_on(c10::kCPU));
  };
}

LayerOperations portable_operations() {
  auto operations = libtorch_operations();
  operations.convolve = rounding(operations.convolve);
  operations.multiply = rounding(operations.multiply);
  return operations;
}

// Convolutions with a fault.
LayerOperations faulty(const Fault& fault) {
  auto operations = portable_operations();
  operations.convolve = [=, correct = operations.convolve](const at::Tensor& input,
                                                           const at::Tensor& weights) {
    return fault(input, correct(input, weights));
  };
  return operations;
}

// Wrong by a third for 20 input channels, while `condition` holds.
template <typename Condition>
LayerOperations wrong_while(const Condition& condition) {
  return faulty([=](const at::Tensor& input, const at::Tensor& correct) {
    return input.size(1) == 20 && condition(correct) ? correct * 1.33 : correct;
  });
}

bool in_bfloat16(const at::Tensor& output) { return output.scalar_type() == at::kBFloat16; }
bool always(const at::Tensor& /*output*/) { return true; }

// LibTorch may use oneDNN again after each test.
class NumericsTest : public testing::Test {
 public:
  ~NumericsTest() override { enable_onednn(true); }

  static std::vector<NumericsResult> check(const LayerOperations& operations,
                                           Precision precision = Precision::kFloat32) {
    NumericsOptions options;
    options.precision = precision;
    options.backward = true;
    return check_layers(kLayers, options, operations);
  }

  static Numerics choose(Precision precision, bool by_name, const LayerOperations& operations) {
    return choose_numerics(kLayers, precision, by_name, c10::kCPU, operations);
  }
};

TEST_F(NumericsTest, ChecksTheLayersOfTheNetwork) {
  const auto network = tiny_network();  // 12 x 10 pixels in patches of 2 x 2
  const auto layers = layer_shapes(network->options());
  ASSERT_EQ(layers.size(), 3U);
  EXPECT_EQ(describe(layers[0]), "conv0 (4 to 4 channels, 6x5)");
  EXPECT_EQ(describe(layers[1]), "conv1 (4 to 6 channels, 3x2)");
  EXPECT_EQ(describe(layers[2]), "head (6 to 3)");
}

// The network trains and predicts here: its layout is right in float32 on every supported platform.
TEST_F(NumericsTest, AcceptsLibTorch) { EXPECT_EQ(first_fault(check(libtorch_operations())), ""); }

// Rounding is no fault. An error of a thousandth is one in float32, and is rounding in bfloat16.
TEST_F(NumericsTest, ToleratesOnlyRounding) {
  const auto off_by = [](double share) {
    return faulty([=](const at::Tensor& /*input*/, const at::Tensor& correct) {
      return correct * (1.0 + share);
    });
  };
  EXPECT_EQ(first_fault(check(off_by(1e-5))), "");
  EXPECT_NE(first_fault(check(off_by(1e-3))), "");
  EXPECT_LT(numerics_tolerance(Precision::kFloat32), 1e-3);
  EXPECT_GT(numerics_tolerance(Precision::kBfloat16), 1e-3);
  EXPECT_LT(numerics_tolerance(Precision::kBfloat16), 0.1);
}

TEST_F(NumericsTest, NamesLayerAndDifference) {
  const auto fault = first_fault(check(wrong_while(always)));
  EXPECT_THAT(fault, HasSubstr("conv1 (20 to 6 channels, 7x5) in float32"));
  EXPECT_THAT(fault, HasSubstr("0.33 (forward)"));
  const auto error = numerics_error(fault, "hint");
  EXPECT_EQ(exit_status(error.code()), kUsage);
  EXPECT_THAT(error.what(), HasSubstr("LibTorch"));
  EXPECT_THAT(error.what(), HasSubstr("oneDNN"));
  EXPECT_THAT(error.what(), HasSubstr(cpu_model()));
}

TEST_F(NumericsTest, DetectsWrongGradients) {
  const auto operations = faulty([](const at::Tensor& /*input*/, const at::Tensor& correct) {
    if (correct.requires_grad()) {
      correct.register_hook([](const at::Tensor& gradient) { return gradient * 0.9; });
    }
    return correct;
  });
  const auto results = check(operations);
  EXPECT_LE(results[1].forward, numerics_tolerance(Precision::kFloat32));
  EXPECT_NEAR(results[1].backward, 0.1, 0.01);
  EXPECT_FALSE(is_correct(results[1]));
}

// Answers need no gradients: unless they are requested, none are computed.
TEST_F(NumericsTest, ComputesGradientsOnlyOnRequest) {
  const auto operations = faulty([](const at::Tensor& /*input*/, const at::Tensor& correct) {
    EXPECT_FALSE(correct.requires_grad());
    return correct;
  });
  for (const auto& result : check_layers(kLayers, NumericsOptions(), operations)) {
    EXPECT_EQ(result.backward, 0.0) << result.layer;
  }
}

// Values that change between calls: the first call is correct.
TEST_F(NumericsTest, DetectsAFaultOfTheSecondCall) {
  auto calls = std::make_shared<int>(0);
  EXPECT_NE(first_fault(check(wrong_while([=](const at::Tensor&) { return ++*calls == 2; }))), "");
}

TEST_F(NumericsTest, DetectsNonFiniteValues) {
  const auto operations = faulty([](const at::Tensor& /*input*/, const at::Tensor& correct) {
    return at::where(correct > correct.min(), correct, at::full_like(correct, NAN));
  });
  EXPECT_NE(first_fault(check(operations)), "");
  const auto expected = at::ones({2}, at::kDouble);
  EXPECT_EQ(relative_difference(at::full({2}, NAN), expected, 1.0), INFINITY);
  EXPECT_EQ(relative_difference(at::full({2}, INFINITY), expected, 1.0), INFINITY);
  EXPECT_EQ(relative_difference(at::ones({3}), expected, 1.0), INFINITY);
}

// A library without a bfloat16 kernel throws, and "auto" falls back to float32.
TEST_F(NumericsTest, DetectsAnUnsupportedPrecision) {
  const auto operations = faulty([](const at::Tensor& /*input*/, const at::Tensor& correct) {
    if (in_bfloat16(correct)) throw std::runtime_error("no kernel\nbacktrace");
    return correct;
  });
  EXPECT_EQ(first_fault(check(operations, Precision::kBfloat16)),
            "conv0 (4 to 20 channels, 7x5) in bfloat16 cannot be computed: no kernel");
  EXPECT_EQ(choose(Precision::kBfloat16, false, operations).precision, Precision::kFloat32);
}

TEST_F(NumericsTest, DetectsAWrongHead) {
  auto operations = libtorch_operations();
  operations.multiply = [](const at::Tensor& input, const at::Tensor& weights) {
    return at::linear(input, weights) + 1.0;
  };
  EXPECT_THAT(first_fault(check(operations)), HasSubstr("head (24 to 3)"));
}

// The layout and precision in use: channels last, and the output has the precision's type.
TEST_F(NumericsTest, UsesLayoutAndPrecisionOfTheNetwork) {
  int convolutions = 0;
  const auto operations = faulty([&](const at::Tensor& input, const at::Tensor& correct) {
    EXPECT_EQ(input.suggest_memory_format(), at::MemoryFormat::ChannelsLast);
    EXPECT_GT(input.size(0), 1) << "LibTorch has a path of its own for one image";
    EXPECT_TRUE(in_bfloat16(correct));
    ++convolutions;
    return correct;
  });
  check(operations, Precision::kBfloat16);
  EXPECT_EQ(convolutions, 4);  // two layers, twice
}

// The random input is the same in each process, and exact in bfloat16, so a difference comes from
// the computation.
TEST_F(NumericsTest, InputIsExactInBfloat16) {
  const auto values = exact_random({40, 50}, 7);
  EXPECT_TRUE(values.equal(values.to(at::kBFloat16).to(at::kFloat)));
  EXPECT_TRUE(values.equal(exact_random({40, 50}, 7)));
  EXPECT_FALSE(values.equal(exact_random({40, 50}, 8)));
  EXPECT_NEAR(values.std().item<double>(), 4.0 / std::sqrt(12.0), 0.1);  // uniform from -2 to 2
}

// The float64 reference is itself correct: a convolution and its gradients agree with their
// definition in plain loops.
TEST_F(NumericsTest, ReferenceMatchesTheDefinition) {
  const int64_t images = 2, inputs = 3, outputs = 2, rows = 4, cols = 5;
  const auto x = exact_random({images, inputs, rows, cols}, 1).to(at::kDouble).requires_grad_();
  const auto w = exact_random({outputs, inputs, 3, 3}, 2).to(at::kDouble).requires_grad_();
  const auto g = exact_random({images, outputs, rows, cols}, 3).to(at::kDouble);
  const auto y = libtorch_operations().convolve(x, w);
  y.backward(g);
  auto expected = at::zeros_like(y), of_x = at::zeros_like(x), of_w = at::zeros_like(w);
  const auto in = x.accessor<double, 4>(), weights = w.accessor<double, 4>(),
             gradient = g.accessor<double, 4>();
  auto sum = expected.accessor<double, 4>(), dx = of_x.accessor<double, 4>(),
       dw = of_w.accessor<double, 4>();
  const auto for_each_product = [&](const auto& visit) {
    for (int64_t n = 0; n < images; ++n)
      for (int64_t o = 0; o < outputs; ++o)
        for (int64_t r = 0; r < rows; ++r)
          for (int64_t c = 0; c < cols; ++c)
            for (int64_t i = 0; i < inputs; ++i)
              for (int64_t k = 0; k < 9; ++k) visit(n, o, r, c, i, k / 3, k % 3);
  };
  for_each_product([&](auto n, auto o, auto r, auto c, auto i, auto dr, auto dc) {
    const auto row = r + dr - 1, col = c + dc - 1;
    if (row < 0 || row >= rows || col < 0 || col >= cols) return;
    sum[n][o][r][c] += weights[o][i][dr][dc] * in[n][i][row][col];
    dx[n][i][row][col] += weights[o][i][dr][dc] * gradient[n][o][r][c];
    dw[o][i][dr][dc] += in[n][i][row][col] * gradient[n][o][r][c];
  });
  EXPECT_LE(relative_difference(y, expected, 1.0), 1e-12);  // sums of 27 to 40 products below 4
  EXPECT_LE(relative_difference(x.grad(), of_x, 1.0), 1e-12);
  EXPECT_LE(relative_difference(w.grad(), of_w, 1.0), 1e-12);
}

TEST_F(NumericsTest, KeepsCorrectSettings) {
  const auto numerics = choose(Precision::kFloat32, false, libtorch_operations());
  EXPECT_EQ(numerics.precision, Precision::kFloat32);
  EXPECT_TRUE(numerics.onednn);
  EXPECT_THAT(numerics.warnings, IsEmpty());
  EXPECT_EQ(numerics.layers.size(), kLayers.size());
}

TEST_F(NumericsTest, AutoFallsBackToFloat32) {
  const auto numerics = choose(Precision::kBfloat16, false, wrong_while(in_bfloat16));
  EXPECT_EQ(numerics.precision, Precision::kFloat32);
  EXPECT_TRUE(numerics.onednn);
  ASSERT_EQ(numerics.warnings.size(), 1U);
  EXPECT_THAT(numerics.warnings[0], HasSubstr("conv1"));
  EXPECT_THAT(numerics.warnings[0], HasSubstr("continuing in float32"));
}

// The same for a network that trains correctly in bfloat16 but evaluates wrongly.
TEST_F(NumericsTest, DisablesAWrongOneDnn) {
  const auto operations = wrong_while(
      [](const at::Tensor& output) { return !in_bfloat16(output) && onednn_enabled(); });
  for (const auto precision : {Precision::kBfloat16, Precision::kFloat32}) {
    enable_onednn(true);
    const auto numerics = choose(precision, false, operations);
    EXPECT_EQ(numerics.precision, Precision::kFloat32);
    EXPECT_FALSE(numerics.onednn);
    EXPECT_FALSE(onednn_enabled());
    ASSERT_FALSE(numerics.warnings.empty());
    EXPECT_THAT(numerics.warnings.back(), HasSubstr("continuing in float32 without oneDNN"));
    EXPECT_EQ(first_fault(numerics.layers), "");
  }
}

TEST_F(NumericsTest, RejectsWrongBfloat16SetByTheUser) {
  const auto error = error_of([] { choose(Precision::kBfloat16, true, wrong_while(in_bfloat16)); });
  EXPECT_EQ(error.code(), "device.numerics");
  EXPECT_EQ(error.hint(), "set train.precision to \"auto\" or \"float32\"");
  EXPECT_TRUE(onednn_enabled());
}

TEST_F(NumericsTest, RejectsALibraryWrongInAllSettings) {
  for (const auto precision : {Precision::kBfloat16, Precision::kFloat32}) {
    const auto error = error_of([=] { choose(precision, false, wrong_while(always)); });
    EXPECT_EQ(error.code(), "device.numerics");
    EXPECT_THAT(error.hint(), HasSubstr("use another LibTorch or machine"));
    EXPECT_TRUE(onednn_enabled()) << "what did not help must not stay";
  }
}

// Without oneDNN there is no other setting for a wrong float32: each of two layers is computed
// twice.
TEST_F(NumericsTest, TriesNothingElseWithoutOneDnn) {
  enable_onednn(false);
  int convolutions = 0;
  const auto operations = faulty([&](const at::Tensor& /*input*/, const at::Tensor& correct) {
    ++convolutions;
    return correct * 1.33;
  });
  const auto error = error_of([&] { choose(Precision::kFloat32, false, operations); });
  EXPECT_EQ(error.code(), "device.numerics");
  EXPECT_THAT(error.hint(), HasSubstr("use another LibTorch or machine"));
  EXPECT_EQ(convolutions, 4);
  EXPECT_FALSE(onednn_enabled());
}

}  // namespace
}  // namespace digits
