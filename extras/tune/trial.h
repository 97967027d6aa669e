// Describes a trial, one training of a search, and its result. No Torch in this header.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/statistics.h"
#include "metrics/comparison.h"
#include "pipeline/config.h"

namespace digits {

// TOML assignments, such as "train.learning_rate = 0.02".
using Assignments = std::vector<std::string>;

struct Trial {
  std::string id;         // unique in its search; the name of its file: letters, digits, "-"
  Assignments changes{};  // against the base configuration
  std::optional<int> without_channel{};  // counted from 0; each of its pixels becomes its mean
  Config config{};                       // the base configuration with the changes

  bool is_base() const { return changes.empty() && !without_channel; }
};

// The network of the best epoch by validation accuracy, on the validation part. The accuracy has
// chosen the epoch, so it is somewhat too high.
struct TrialResult {
  int best_epoch = 0;                     // from 1
  Quantity accuracy{0.0, 0.0, 1.0, 0};    // with Wilson's interval; n images
  std::vector<std::uint32_t> mistakes{};  // indices of its wrong images, ascending, below n
  double seconds = 0.0;                   // of the training loop, without validation
  std::string failure{};                  // code of the error that ended it: "train.diverged"
};

// "train.epochs = 2; augment.shift = 1.0"; "base" without changes.
std::string changes_text(const Trial& trial);

// `base` with the assignments, which may set the keys of network, train and augment: other keys
// would change the images that trials are compared on. Throws config.space for another key, and as
// parse_config; `name` is for messages.
Config with_changes(const Config& base, const Assignments& changes, const std::string& name);

// The indices of the images whose prediction is not their label, ascending.
std::vector<std::uint32_t> wrong_images(const std::vector<std::uint8_t>& labels,
                                        const std::vector<std::uint8_t>& predictions);

// The images that one of two trials classifies correctly and the other does not. Both were
// validated on the same images.
PairedCounts paired_counts(const TrialResult& base, const TrialResult& candidate);

void to_json(Json& json, const TrialResult& result);
void from_json(const Json& json, TrialResult& result);

}  // namespace digits
