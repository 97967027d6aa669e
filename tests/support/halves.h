// A task that a network learns in a few steps, and trainings on it.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "data/normalisation.h"
#include "model/trainer.h"
#include "support/models.h"
#include "support/testing.h"

namespace digits {

// Bright left half or bright right half, with noise.
inline Dataset halves(std::size_t n) {
  auto set = random_dataset(n, 12, 10, 1, 2);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t b = 0; b < 120; ++b) {
      const bool left = b % 10 < 5;
      set.image(i)[b] =
          static_cast<std::uint8_t>(set.image(i)[b] / 2 + (left == (set.labels[i] == 0) ? 127 : 0));
    }
  }
  return set;
}

inline Network network_for(const Dataset& set, std::uint64_t seed = test_seed()) {
  Network network(NetworkOptions{set.schema, tiny_architecture()}, compute_normalisation(set));
  initialise(network, seed);
  return network;
}

inline TrainOptions quick() {
  TrainOptions options;
  options.epochs = 2;
  options.batch_size = 16;
  options.learning_rate = 2e-2;
  options.seed = test_seed();
  return options;
}

// quick() with every component that has a state or draws at random.
inline TrainOptions stateful() {
  auto options = quick();
  options.augment = {10.0, 1.0, 0.1, 0.0};
  options.augment.outliers = 0.1;
  options.average = 0.9;
  options.label_smoothing = 0.1;
  return options;
}

// No images of this schema: the set of a rank other than 0.
inline Dataset empty_set(const Schema& schema) { return {schema, {}, {}}; }

inline void expect_same_history(const std::vector<EpochRecord>& a,
                                const std::vector<EpochRecord>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].train_loss, b[i].train_loss);
    EXPECT_EQ(a[i].gradient_norm, b[i].gradient_norm);
    EXPECT_EQ(a[i].validation_loss, b[i].validation_loss);
    EXPECT_EQ(a[i].images, b[i].images);
  }
}

}  // namespace digits
