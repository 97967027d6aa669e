// A fault in one of the engine's layers is reported for that layer.
#include "onednn/onednn_check.h"

#include <ATen/ATen.h>

#include "onednn/onednn_engine.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

const Schema kSchema{13, 10, 2, {"a", "b", "c"}};
const Architecture kArchitecture{
    1, 2, {{5, 20}, {6}}};  // one layer pools, one has one more behind it

// A piece after it has run on random input.
std::vector<at::Tensor> computed(const FoldedNetwork& folded, int64_t images) {
  OnednnConstants constants;
  OnednnPiece piece(folded, constants, images, Precision::kFloat32);
  const auto& first = folded.layers.front().shape;
  const auto input = exact_random({images * first.rows * first.cols * first.inputs}, 0);
  std::copy_n(input.data_ptr<float>(), input.numel(), piece.input());
  piece.run();
  return piece.last_maps();
}

TEST(OnednnCheck, FindsTheWrongLayer) {
  const auto folded = fold(random_network(kSchema, kArchitecture, test_seed()));
  const auto maps = computed(folded, 2);
  ASSERT_EQ(maps.size(), 5U);  // input, three layers, logits
  const auto results = compare_layers(folded, maps, Precision::kFloat32);
  EXPECT_EQ(first_fault(results), "");
  ASSERT_EQ(results.size(), 4U);
  for (std::size_t wrong = 1; wrong < maps.size(); ++wrong) {
    auto with_fault = maps;
    with_fault[wrong] = maps[wrong] + 0.3 * maps[wrong].abs().max();
    const auto found = compare_layers(folded, with_fault, Precision::kFloat32);
    EXPECT_FALSE(is_correct(found[wrong - 1])) << wrong;
    EXPECT_THAT(first_fault(found), testing::HasSubstr(results[wrong - 1].layer));
  }
}

// Of a large piece three images are compared: the first, the middle and the last one.
TEST(OnednnCheck, ComparesTheLastImageOfAPiece) {
  const auto folded = fold(random_network(kSchema, kArchitecture, test_seed()));
  auto maps = computed(folded, 32);
  EXPECT_EQ(first_fault(compare_layers(folded, maps, Precision::kFloat32)), "");
  maps.back()[31].add_(maps.back().abs().max());
  EXPECT_NE(first_fault(compare_layers(folded, maps, Precision::kFloat32)), "");
}

// By hand, with kernels of one weight. A difference is a share of the largest value before ReLU
// plus the largest summand, and each layer is computed from the engine's own maps before it:
//   conv0  largest of 1, 2, 3, -8 times 2: 6; less 4: 2. 3 differs by 1 of 6 + 4.
//   conv1  3 times 2: 6; plus 1: 7. 8.75 differs by 1.75 of 6 + 1.
//   head   8.75 times (1, -2) plus (0.5, 0.25): (9.25, -17.25). -8.25 differs by 9 of 17.5 + 0.5.
TEST(OnednnCheck, MeasuresDifferencesAsCalculatedByHand) {
  const auto kernels = [](double weight) {
    auto all = at::zeros({1, 1, 3, 3});
    all[0][0][1][1] = weight;
    return all;
  };
  const auto one = [](double value) { return at::full({1}, value); };
  FoldedNetwork folded;
  folded.layers.push_back({{"conv0", 1, 1, 2, 2, true}, kernels(1.0), one(2.0), one(-4.0)});
  folded.layers.push_back({{"conv1", 1, 1, 1, 1, false}, kernels(2.0), one(9.0), one(1.0)});
  folded.head = at::tensor({1.0F, -2.0F}).view({2, 1});
  folded.bias = at::tensor({0.5F, 0.25F});
  const std::vector<at::Tensor> maps{at::tensor({1.0F, 2.0F, 3.0F, -8.0F}).view({1, 1, 2, 2}),
                                     at::full({1, 1, 1, 1}, 3.0), at::full({1, 1, 1, 1}, 8.75),
                                     at::tensor({9.25F, -8.25F}).view({1, 2})};
  const auto results = compare_layers(folded, maps, Precision::kFloat32);
  ASSERT_EQ(results.size(), 3U);
  EXPECT_DOUBLE_EQ(results[0].forward, 0.1);
  EXPECT_DOUBLE_EQ(results[1].forward, 0.25);
  EXPECT_DOUBLE_EQ(results[2].forward, 0.5);
  EXPECT_EQ(results[0].layer, "conv0 (1 to 1 channels, 2x2)");
}

// After the check an engine computes as before: the pixels beyond an image's edge are zero again.
TEST(OnednnCheck, PreservesTheEngine) {
  auto network = random_network(kSchema, kArchitecture, test_seed());
  const OnednnEngine engine(network, Precision::kFloat32);
  const auto images = at::rand({33, kSchema.channels, kSchema.rows, kSchema.cols});
  const auto before = engine.forward(images);
  EXPECT_EQ(first_fault(engine.check_layers()), "");
  EXPECT_TRUE(engine.forward(images).equal(before));
}

// Float64 takes long, so exactly three images of a large piece are compared: a fault in the first,
// the middle or the last one is found, one in another image is not.
TEST(OnednnCheck, ComparesThreeImagesOfAPiece) {
  const auto folded = fold(random_network(kSchema, kArchitecture, test_seed()));
  const auto maps = computed(folded, 32);
  for (const int64_t image : {0, 1, 15, 16, 17, 30, 31}) {
    auto with_fault = maps;
    with_fault.back() = maps.back().clone();
    with_fault.back()[image].add_(maps.back().abs().max());
    const bool found =
        !first_fault(compare_layers(folded, with_fault, Precision::kFloat32)).empty();
    EXPECT_EQ(found, image % 16 == 0 || image == 31) << image;
  }
}

}  // namespace
}  // namespace digits
