// Checks to run before any training: they need no trained weights, and each has found a bug that
// would have cost a night of training.
#include "model/network.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>

#include <cmath>
#include <memory>

#include "metrics/classification.h"
#include "model/tensors.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {
namespace {

at::Tensor random_images(int64_t n) {
  return image_tensor(random_dataset(static_cast<std::size_t>(n), 12, 10).images.data(),
                      static_cast<std::size_t>(n), tiny_schema(), at::kCPU);
}

TEST(Network, GivesOneLogitPerClass) {
  auto network = tiny_network();
  EXPECT_EQ(network->forward(random_images(5)).sizes(), (std::vector<int64_t>{5, 3}));
}

// Any image from 1x1 up and any channel count: sizes come from the schema.
TEST(Network, IsSizedByTheSchema) {
  for (const auto& [rows, cols, channels] :
       {std::array{1, 1, 1}, std::array{16, 16, 1}, std::array{32, 32, 3}, std::array{9, 31, 1}}) {
    const Schema schema{rows, cols, channels, numbered_class_names(5)};
    const std::vector<double> ones(static_cast<std::size_t>(channels), 1.0);
    for (const Architecture& architecture :
         {Architecture{0, 1, {{4}, {6}}}, Architecture{0, 2, {{4, 5}, {6}}},
          Architecture{0, 3, {{4}}}, Architecture{rows > 8 ? 4 : 0, 2, {{4}}}}) {
      Network network(NetworkOptions{schema, architecture}, Normalisation{ones, ones});
      network->eval();
      EXPECT_EQ(network->forward(at::rand({2, channels, rows, cols})).size(1), 5);
    }
  }
}

// 3 x 3 pixels in patches of 2 x 2, by hand: pixels beyond the image are zero.
TEST(SpaceToDepth, MovesPatchesToChannels) {
  const auto image = at::arange(1.0, 10.0, at::kFloat).view({1, 1, 3, 3});
  const auto patches = space_to_depth(image, 2);
  ASSERT_EQ(patches.sizes(), (std::vector<int64_t>{1, 4, 2, 2}));
  const auto expect_pixel = [&](int64_t y, int64_t x, const std::vector<float>& channels) {
    EXPECT_TRUE(patches.select(3, x).select(2, y)[0].equal(at::tensor(channels))) << patches;
  };
  expect_pixel(0, 0, {1, 2, 4, 5});
  expect_pixel(0, 1, {3, 0, 6, 0});
  expect_pixel(1, 0, {7, 8, 0, 0});
  expect_pixel(1, 1, {9, 0, 0, 0});
}

// For each convolution of LibTorch: whether its input is channels last.
std::vector<bool> seen_layouts;

std::unique_ptr<at::ObserverContext> see_layout(const at::RecordFunction& call) {
  if (std::string(call.name()) == "aten::conv2d") {
    const auto& input = call.inputs()[0].toTensor();
    seen_layouts.push_back(input.suggest_memory_format() == at::MemoryFormat::ChannelsLast);
  }
  return nullptr;
}

// In the other layout some versions of oneDNN compute wrong convolutions. For any patch and any
// layout of the images, every convolution is channels last. (A single channel has both layouts.)
TEST(Network, ConvolvesChannelsLast) {
  const Schema schema{6, 7, 3, numbered_class_names(3)};
  const auto callback =
      at::addThreadLocalCallback(at::RecordFunctionCallback(see_layout).needsInputs(true));
  for (const std::int64_t patch : {1, 2}) {
    Network network(NetworkOptions{schema, {0, patch, {{4}, {6, 5}}}},
                    Normalisation{{0.1, 0.2, 0.3}, {1.0, 1.0, 1.0}});
    const auto images = at::rand({2, 3, 6, 7});
    seen_layouts.clear();
    network->forward(images);
    network->forward(images.contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_EQ(seen_layouts, std::vector<bool>(6, true)) << "patch " << patch;
  }
  at::removeCallback(callback);
}

TEST(Network, RejectsImpossibleSizes) {
  const Normalisation unit{{0.0}, {1.0}};
  const Schema one_class{8, 8, 1, {"only"}};
  const auto refused = [&](const Schema& schema, const Architecture& architecture) {
    expect_error("config.network", [&] { Network(NetworkOptions{schema, architecture}, unit); });
  };
  refused(one_class, tiny_architecture());
  for (const Architecture& architecture :
       {Architecture{0, 2, {}}, Architecture{0, 2, {{}}}, Architecture{0, 2, {{4}, {}}},
        Architecture{0, 2, {{4, 0}}}, Architecture{0, 0, {{4}}}, Architecture{0, 9, {{4}}},
        Architecture{-1, 2, {{4}}}, Architecture{5, 2, {{4}}}}) {  // no pixel of 10 columns is left
    refused(tiny_schema(), architecture);
  }
}

// Pixels in the cropped frame change nothing. Pixels inside do: with positive weights a bright
// pixel raises every convolution that reads it, so that no ReLU or max pooling hides it at any
// seed.
TEST(Network, IgnoresCroppedPixels) {
  torch::NoGradGuard no_grad;
  Network network(NetworkOptions{tiny_schema(), {2, 2, {{4}}}}, Normalisation{{0.5}, {0.3}});
  initialise(network, test_seed());
  network->named_parameters()["conv0.weight"].abs_();
  network->eval();
  const auto images = random_images(1);
  const auto logits_with = [&](int64_t y, int64_t x) {
    auto changed = images.clone();
    changed[0][0][y][x] = 100.0F;
    return network->forward(changed);
  };
  const auto logits = network->forward(images);
  EXPECT_TRUE(logits.equal(logits_with(1, 5)));
  EXPECT_TRUE(logits.equal(logits_with(5, 8)));
  EXPECT_FALSE(logits.equal(logits_with(2, 5)));
  EXPECT_FALSE(logits.equal(logits_with(5, 7)));
}

// Softmax rows are distributions. 1e-9: sums of three doubles.
TEST(Network, ProbabilitiesSumToOne) {
  auto network = tiny_network();
  network->eval();
  const auto set = random_dataset(20, 12, 10);
  const auto logits = logits_of([&](const at::Tensor& x) { return network->forward(x); },
                                set.images.data(), set.size(), set.schema, at::kCPU);
  const auto probabilities = softmax_rows(logits, 3);
  for (std::size_t i = 0; i < probabilities.size(); i += 3) {
    EXPECT_NEAR(probabilities[i] + probabilities[i + 1] + probabilities[i + 2], 1.0, 1e-9);
    EXPECT_GE(*std::min_element(&probabilities[i], &probabilities[i] + 3), 0.0);
  }
}

// An untrained network has a cross-entropy of ln(classes). Its logits have a standard deviation s
// of about 0.1 (the last layer's gain on normalised features), which adds about s^2 / 2 to the mean
// loss; 0.1 allows for four times the s.
TEST(Network, LossAtInitialisationIsLogOfClasses) {
  for (const int classes : {2, 10}) {
    const auto set = random_dataset(300, 12, 10, 1, classes);
    Network network(NetworkOptions{set.schema, {0, 2, {{8}, {16}}}}, compute_normalisation(set));
    initialise(network, test_seed());
    const auto logits = logits_of([&](const at::Tensor& x) { return network->forward(x); },
                                  set.images.data(), set.size(), set.schema, at::kCPU);
    EXPECT_NEAR(cross_entropy(logits, set.labels, static_cast<std::size_t>(classes)),
                std::log(classes), 0.1);
  }
}

// A layer that is constructed but not used, or is detached, gets no gradient.
TEST(Network, EveryParameterReceivesAGradient) {
  auto network = tiny_network();
  const auto loss = at::cross_entropy_loss(network->forward(random_images(16)), at::arange(16) % 3);
  loss.backward();
  for (const auto& item : network->named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_GT(item.value().grad().abs().sum().item<double>(), 0.0) << item.key();
  }
}

// In evaluation mode predictions must not change the model.
TEST(Network, EvaluationKeepsBatchNormStatistics) {
  auto network = tiny_network();
  const auto before = network->named_buffers()["norm0.running_mean"].clone();
  network->eval();
  network->forward(random_images(16));
  EXPECT_TRUE(before.equal(network->named_buffers()["norm0.running_mean"]));
  network->train();
  network->forward(random_images(16));
  EXPECT_FALSE(before.equal(network->named_buffers()["norm0.running_mean"]));
}

// A sample's prediction depends on that sample only: a permuted batch gives permuted outputs.
// Convolution kernels may sum in another order at another place of the batch, hence 1e-5 on logits
// of about 1.
TEST(Network, PermutedBatchGivesPermutedOutputs) {
  auto network = tiny_network();
  network->eval();
  const auto images = random_images(32);
  const auto order = at::tensor(std::vector<int64_t>{5, 0, 31, 17, 2});
  EXPECT_TRUE(at::allclose(network->forward(images).index_select(0, order),
                           network->forward(images.index_select(0, order)), 0.0, 1e-5));
}

// A single sample gives the same result as in a batch: samples do not influence each other.
TEST(Network, EvaluationDoesNotDependOnTheRestOfTheBatch) {
  auto network = tiny_network();
  network->eval();
  const auto images = random_images(8);
  EXPECT_TRUE(at::allclose(network->forward(images)[3], network->forward(images.slice(0, 3, 4))[0],
                           0.0, 1e-5));
}

TEST(Network, SeedDeterminesTheWeights) {
  auto a = tiny_network(test_seed());
  at::rand({10});  // earlier random numbers must not matter
  auto b = tiny_network(test_seed());
  auto c = tiny_network(test_seed() + 1);
  EXPECT_TRUE(same_weights(a, b));
  EXPECT_FALSE(same_weights(a, c));
}

// The constants are part of the network: pixels equal to the mean become zero.
TEST(Network, NormalisesItsInput) {
  const auto schema = tiny_schema();
  Network plain(NetworkOptions{schema, tiny_architecture()}, Normalisation{{0.0}, {1.0}});
  Network normalising(NetworkOptions{schema, tiny_architecture()}, Normalisation{{0.25}, {0.5}});
  initialise(plain, 1);
  initialise(normalising, 1);
  plain->eval();
  normalising->eval();
  const auto images = random_images(4);
  EXPECT_TRUE(at::allclose(normalising->forward(images), plain->forward((images - 0.25) / 0.5)));
}

// Two architectures are equal if each number is. The document has all of them.
TEST(Architecture, IsComparedAndWrittenAsAWhole) {
  const Architecture one{1, 3, {{4}, {5, 6}}};
  EXPECT_TRUE((one == Architecture{1, 3, {{4}, {5, 6}}}));
  EXPECT_FALSE((one == Architecture{2, 3, {{4}, {5, 6}}}));
  EXPECT_FALSE((one == Architecture{1, 2, {{4}, {5, 6}}}));
  EXPECT_FALSE((one == Architecture{1, 3, {{4}, {5, 7}}}));
  EXPECT_TRUE(Json(one).get<Architecture>() == one);
  EXPECT_EQ(Json(Architecture()), Json::parse(R"({"crop":0,"patch":2,"blocks":[[16],[32,64]]})"));
}

}  // namespace
}  // namespace digits
