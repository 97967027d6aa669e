// Checks the batch size of a training, and derives the options of its batches.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "model/trainer.h"

namespace digits {

namespace {

void require_batch(bool possible, std::size_t batch, const std::string& expected,
                   const std::string& hint) {
  if (possible) return;
  throw Error("config.train", fmt::format("train.batch_size is {}, expected {}", batch, expected),
              hint);
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
  require_batch(batch >= 2, batch, "2 or more", "set --batch-size");
  require_batch(batch >= least, batch,
                fmt::format("at least {}, two images for each of the {} ranks", least, ranks),
                "set --batch-size, or start fewer processes");
  require_batch(batch <= samples, batch,
                fmt::format("at most {}, the number of training images", samples),
                fmt::format("set --batch-size to {} or less, or leave it to the preset", largest));
}

}  // namespace digits
