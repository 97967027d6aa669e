// How often the regression gate calls a retraining worse that is as good: small networks that
// differ in nothing but their seed, each compared with another on the same test set.
//   retraining_table [PAIRS [FIRST]]      (default 100 pairs, seeds from 0 on)
#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "data/normalisation.h"
#include "metrics/classification.h"
#include "metrics/comparison.h"
#include "model/device.h"
#include "model/network.h"
#include "model/tensors.h"
#include "model/trainer.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

constexpr std::uint64_t kTestOffset = 1000000;

Dataset draw(std::uint64_t first, std::size_t count) {
  SyntheticOptions options;
  options.rows = options.cols = 16;
  options.first_index = first;
  options.count = count;
  options.threads = 2;
  return synthesise(options);
}

std::vector<std::uint8_t> retrained(const Dataset& training, const Dataset& test,
                                    std::uint64_t seed) {
  Network network(NetworkOptions{training.schema, {0, 2, {{8}, {16}}}},
                  compute_normalisation(training));
  initialise(network, seed);
  TrainOptions options;
  options.epochs = 6;
  options.batch_size = 64;
  options.learning_rate = 0.02;
  options.seed = seed;
  train(network, training, test, options);
  network->eval();
  const auto logits = logits_of([&](const at::Tensor& x) { return network->forward(x); },
                                test.images.data(), test.size(), test.schema, c10::DeviceType::CPU);
  return argmax_rows(logits, test.schema.class_names.size());
}

// (gained - lost) / sqrt(gained + lost): standard normal where only chance decides.
double score_of(const PairedCounts& counts) {
  const auto gained = static_cast<double>(counts.gained);
  const auto lost = static_cast<double>(counts.lost);
  return gained + lost > 0.0 ? (gained - lost) / std::sqrt(gained + lost) : 0.0;
}

void run(std::size_t pairs, std::uint64_t first) {
  set_threads(1);
  const auto training = draw(0, 6000);
  const auto test = draw(kTestOffset, 2000);
  std::vector<double> accuracies;
  std::vector<double> scores;
  std::vector<double> recall_scores;
  std::size_t flagged = 0;
  std::size_t by_accuracy = 0;
  for (std::uint64_t pair = 0; pair < pairs; ++pair) {
    const auto before = retrained(training, test, first + 2 * pair);
    const auto after = retrained(training, test, first + 2 * pair + 1);
    const auto comparison =
        compare_predictions(test.labels, before, after, test.schema.class_names);
    accuracies.push_back(accuracy(test.labels, before).value);
    accuracies.push_back(accuracy(test.labels, after).value);
    flagged += comparison.worse ? 1 : 0;
    by_accuracy += comparison.accuracy.worse ? 1 : 0;
    scores.push_back(score_of(comparison.accuracy.counts));
    for (const auto& recall : comparison.recalls) {
      recall_scores.push_back(score_of(recall.counts));
    }
  }
  const auto quality = spread(accuracies);
  fmt::print("{} retrainings compared, accuracy {:.2f} to {:.2f} %, mean {:.2f} %, n = {} images\n",
             pairs, 100.0 * quality.min, 100.0 * quality.max, 100.0 * quality.mean, test.size());
  fmt::print(
      "standard deviation of McNemar's score, 1 if only the images were left to chance: "
      "accuracy {:.2f}, recalls {:.2f}\n",
      spread(scores).stddev, spread(recall_scores).stddev);
  fmt::print("called worse: {}, of these {} by accuracy, the others by a class's recall alone\n",
             flagged, by_accuracy);
}

}  // namespace
}  // namespace digits

int main(int argc, char** argv) {
  try {
    const long pairs = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 100;
    const long first = argc > 2 ? std::strtol(argv[2], nullptr, 10) : 0;
    if (argc > 3 || pairs < 1 || first < 0) {
      throw digits::Error("usage.arguments", "expected [PAIRS [FIRST]]", "see the source");
    }
    digits::run(static_cast<std::size_t>(pairs), static_cast<std::uint64_t>(first));
    return 0;
  } catch (const digits::Error& error) {
    std::fprintf(stderr, "%s\n", digits::one_line(error).c_str());
    return digits::exit_status(error.code());
  }
}
