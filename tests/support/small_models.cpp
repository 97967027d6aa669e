#include "support/small_models.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "behaviour/classifier.h"
#include "data/normalisation.h"
#include "data/profile.h"
#include "model/device.h"
#include "model/network.h"
#include "model/trainer.h"
#include "support/testing.h"
#include "synthetic/synthetic.h"

namespace digits {

namespace {

constexpr int kTrainingThreads = 2;
constexpr std::size_t kTraining = 8000;
constexpr double kThin = 1.6;  // pixels

Dataset draw(std::size_t first, std::size_t count) {
  SyntheticOptions options;
  options.rows = options.cols = 20;
  options.seed = 1;
  options.first_index = first;
  options.count = count;
  options.threads = kTrainingThreads;
  return synthesise(options);
}

TrainOptions recipe(std::uint64_t seed) {
  TrainOptions options;
  options.epochs = 5;
  options.batch_size = 64;
  options.learning_rate = 0.03;
  options.label_smoothing = 0.1;
  options.augment.rotation = 10.0;
  options.augment.shift = 2.0;
  options.augment.scale = 0.1;
  options.augment.noise = 0.3;
  options.seed = seed;
  return options;
}

Forward trained(const Dataset& set, const TrainOptions& options) {
  set_threads(1);  // the same model after any earlier computation
  Network network(NetworkOptions{set.schema, {0, 2, {{16}, {32}}}}, compute_normalisation(set));
  initialise(network, options.seed);
  train(network, set, sample(set, 100, 0), options);
  network->eval();
  return [network](const at::Tensor& images) mutable { return network->forward(images); };
}

}  // namespace

const Dataset& small_training_set() {
  static const auto set = draw(0, kTraining);
  return set;
}

const Dataset& small_held_out_set() {
  static const auto set = draw(kTraining, 1500);
  return set;
}

Forward good_model(std::uint64_t seed) { return trained(small_training_set(), recipe(seed)); }

Forward unaugmented_model(std::uint64_t seed) {
  auto options = recipe(seed);
  options.augment = {};
  return trained(small_training_set(), options);
}

Forward permuted_model(std::uint64_t seed) {
  auto set = small_training_set();
  Rng(seed, Stream::kTest).shuffle(set.labels);
  return trained(set, recipe(seed));
}

Forward corner_model(std::uint64_t seed) {
  auto set = small_training_set();
  const auto rows = set.schema.rows, cols = set.schema.cols;
  auto seen = at::zeros({1, 1, rows, cols});
  seen.slice(2, 0, rows / 2).slice(3, 0, cols / 2).fill_(1.0);
  for (std::size_t i = 0; i < set.images.size(); ++i) {
    const auto pixel = static_cast<int>(i % set.schema.image_bytes());
    if (pixel / cols >= rows / 2 || pixel % cols >= cols / 2) set.images[i] = 0;
  }
  auto options = recipe(seed);
  options.augment = {};
  const auto network = trained(set, options);
  return [=](const at::Tensor& images) { return network(images * seen); };
}

Forward shortcut_model(std::uint64_t seed) {
  auto set = small_training_set();
  for (std::size_t i = 0; i < set.size(); ++i) {
    auto* const mark = set.image(i) + 2 * set.labels[i];  // two pixels of the first two rows
    for (const int p : {0, 1, set.schema.cols, set.schema.cols + 1}) mark[p] = 255;
  }
  auto options = recipe(seed);
  options.augment = {};
  return trained(set, options);
}

Forward overconfident(const Forward& good) {
  return [=](const at::Tensor& images) { return 100.0 * good(images); };
}

Forward stepwise(const Forward& good) {
  return [=](const at::Tensor& images) { return at::round(2.0 * good(images)) / 2.0; };
}

Forward thin_blind_model(std::uint64_t seed) {
  auto set = small_training_set();
  for (std::size_t i = 0; i < set.size(); ++i) {
    if (image_features(set.image(i), set.schema)[kThickness] < kThin) set.labels[i] = 0;
  }
  return trained(set, recipe(seed));
}

}  // namespace digits
