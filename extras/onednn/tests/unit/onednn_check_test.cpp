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
