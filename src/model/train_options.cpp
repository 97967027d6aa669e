// Checks the options of a training, and derives those of its batches.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.h"
#include "model/trainer.h"

namespace digits {

namespace {

// Throws config.train for a value of [train] that no training can use.
template <typename Value>
void require(bool possible, const char* key, const Value& value, const std::string& expected,
             const std::string& hint) {
  if (possible) return;
  throw Error("config.train", fmt::format("train.{} is {}, expected {}", key, value, expected),
              hint);
}

void require_share(const char* key, double value) {
  require(value >= 0.0 && value < 1.0, key, value, "0 or more, and less than 1",
          "0 switches it off");
}

}  // namespace

BatchOptions batch_options(const TrainOptions& options, int epoch) {
  BatchOptions batches;
  batches.batch_size = options.batch_size;
  batches.seed = options.seed;
  batches.epoch = static_cast<std::uint64_t>(epoch);
  batches.drop_last = true;  // a last batch of one sample has no variance for batch norm
  batches.augment = options.augment;
  return batches;
}

void require_trainable(const TrainOptions& options, std::size_t samples, int ranks) {
  const auto batch = options.batch_size;
  const auto least = 2 * static_cast<std::size_t>(ranks);
  const auto largest = std::max(least, samples / 8);
  require(options.epochs > 0, "epochs", options.epochs, "1 or more", "set --epochs");
  require(batch >= 2, "batch_size", batch, "2 or more", "set --batch-size");
  require(batch >= least, "batch_size", batch,
          fmt::format("at least {}, two images for each of the {} ranks", least, ranks),
          "set --batch-size, or start fewer processes");
  require(batch <= samples, "batch_size", batch,
          fmt::format("at most {}, the number of training images", samples),
          fmt::format("set --batch-size to {} or less, or leave it to the preset", largest));
  require_share("label_smoothing", options.label_smoothing);
  require_share("average", options.average);
  require(std::isfinite(options.learning_rate) && options.learning_rate > 0.0, "learning_rate",
          options.learning_rate, "a number above 0", "the presets use 0.006 to 0.05");
  require(std::isfinite(options.weight_decay) && options.weight_decay >= 0.0, "weight_decay",
          options.weight_decay, "a number of 0 or more", "the presets use 0.01");
}

}  // namespace digits
