#include "model/tensors.h"

#include <ATen/ATen.h>

#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

TEST(ImageTensor, ScalesBytesToTheUnitInterval) {
  const Schema schema{1, 2, 3, {"a", "b"}};
  const std::vector<std::uint8_t> pixels{0, 51, 102, 153, 204, 255};  // two RGB pixels
  const auto tensor = image_tensor(pixels.data(), 1, schema, at::kCPU);
  EXPECT_EQ(tensor.sizes(), (std::vector<int64_t>{1, 3, 1, 2}));
  EXPECT_NEAR(tensor[0][1][0][0].item<double>(), 0.2, 1e-6);  // green of the first
  EXPECT_NEAR(tensor[0][2][0][1].item<double>(), 1.0, 1e-6);  // blue of the second
}

// The logits are the same for any chunk size.
TEST(LogitsOf, DoesNotDependOnTheChunkSize) {
  auto network = tiny_network();
  network->eval();
  const auto set = random_dataset(13, 12, 10);
  const Forward forward = [&](const at::Tensor& x) { return network->forward(x); };
  const auto all = logits_of(forward, set.images.data(), 13, set.schema, at::kCPU, 13);
  const auto chunks = logits_of(forward, set.images.data(), 13, set.schema, at::kCPU, 5);
  ASSERT_EQ(all.size(), 39U);
  for (std::size_t i = 0; i < all.size(); ++i) EXPECT_NEAR(all[i], chunks[i], 1e-5);
  EXPECT_TRUE(logits_of(forward, nullptr, 0, set.schema, at::kCPU).empty());
}

// More images than a batch do not fit into a graphics card's memory, so they are computed in chunks
// of 500.
TEST(LogitsOf, ComputesChunksOfFiveHundred) {
  const auto set = random_dataset(501, 2, 2);
  std::vector<int64_t> chunks;
  const Forward forward = [&](const at::Tensor& images) {
    chunks.push_back(images.size(0));
    return at::zeros({images.size(0), 3});
  };
  const auto logits = logits_of(forward, set.images.data(), set.size(), set.schema, at::kCPU);
  EXPECT_THAT(chunks, testing::ElementsAre(500, 1));
  EXPECT_EQ(logits.size(), 3U * 501U);
  chunks.clear();
  logits_of(forward, set.images.data(), 500, set.schema, at::kCPU);
  EXPECT_THAT(chunks, testing::ElementsAre(500));  // and no empty chunk
}

}  // namespace
}  // namespace digits
