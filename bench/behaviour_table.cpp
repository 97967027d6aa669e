// Where the bounds of configs/gates.toml come from: what is measured of several models, in a table.
//   behaviour_table synthetic CHECKPOINT...   10,000 synthetic digits that no run has trained on
//   behaviour_table MNIST_DIR CHECKPOINT...   the test images there
#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "base/error.h"
#include "behaviour/behaviour.h"
#include "behaviour/functionality.h"
#include "data/load.h"
#include "model/checkpoint.h"
#include "model/device.h"
#include "model/model_under_test.h"
#include "model/network.h"
#include "support/rank_agreement.h"
#include "synthetic/synthetic.h"

namespace digits {
namespace {

constexpr int kThreads = 2;

Dataset held_out(const std::string& source) {
  if (source != "synthetic") return load_dataset(source, Part::kTest);
  SyntheticOptions options;
  options.count = 10000;
  options.first_index = std::uint64_t{1} << 40;
  options.threads = kThreads;
  return synthesise(options);
}

std::string cell(const Quantity& quantity) {
  return fmt::format(" {:.4f} [{:.4f}, {:.4f}] |", quantity.value, quantity.low, quantity.high);
}

void run(const std::string& source, const std::vector<std::string>& checkpoints) {
  const auto set = held_out(source);
  BehaviourOptions options;
  options.seed = 0;  // of the table in docs/performance.md
  options.threads = set_threads(kThreads);
  const auto few = sample(set, options.images / 15, options.seed);
  std::vector<std::string> rows;
  std::vector<Attributions> explained;
  for (const auto& path : checkpoints) {
    auto network = load_checkpoint(path).network;
    const auto subject = make_model_under_test(
        [network](const at::Tensor& images) mutable { return network->forward(images); },
        c10::Device(c10::DeviceType::CPU));
    const auto start = std::chrono::steady_clock::now();
    const auto all = measure_behaviour(subject, set, options);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    fmt::print("{}: {:.1f} s, confident from {:.3f}\n", path, seconds.count(),
               confidence_threshold(subject.classify, sample(set, 1000, 0)));
    rows.resize(all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& [name, observed] = all[i];
      if (rows[i].empty()) rows[i] = fmt::format("| {} | {} |", name, observed.n);
      rows[i] += cell(observed);
    }
    explained.push_back(subject.integrated(few));
  }
  for (const auto& row : rows) fmt::print("{}\n", row);
  for (std::size_t i = 1; i < explained.size(); ++i) {
    fmt::print("rank agreement with the one before:{}\n",
               cell(rank_agreement(few, explained[i - 1], explained[i])));
  }
}

}  // namespace
}  // namespace digits

int main(int argc, char** argv) {
  try {
    if (argc < 3) throw digits::Error("usage", "a set and checkpoints expected", "see the source");
    digits::run(argv[1], {argv + 2, argv + argc});
    return 0;
  } catch (const digits::Error& error) {
    std::fprintf(stderr, "%s\n", digits::one_line(error).c_str());
    return digits::exit_status(error.code());
  }
}
