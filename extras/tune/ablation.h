// Plans an ablation, one change of the base configuration at a time, and judges each change over
// several seeds. No Torch in this header.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "tune/trial.h"

namespace digits {

// A loss of accuracy below this, in shares, is not worth a setting: a tenth of a percentage point.
constexpr double kNegligibleLoss = 0.001;

struct NamedChange {
  std::string name;  // "no rotation"
  Assignments changes{};
  std::optional<int> without_channel{};
};

// Each augmentation that the configuration has switched off alone, all of them, and, for images of
// several channels, each channel replaced by its mean. Empty when there is none of these.
std::vector<NamedChange> default_changes(const Config& base, int channels);

// One change per line: its name, a bar, and TOML assignments separated by ";", such as
// "no rotation|augment.rotation = 0.0; augment.shear = 0.0". Empty lines and lines that begin with
// # are skipped. Throws config.changes for a line without a name or an assignment, a name given
// twice, and a file without changes; `name` is for messages.
std::vector<NamedChange> parse_changes(const std::string& text, const std::string& name);

// The base and each change, with the seeds base.seed, base.seed + 1, ...: seed by seed in each, the
// base first. Throws as with_changes.
std::vector<Trial> ablation_trials(const Config& base, const std::vector<NamedChange>& changes,
                                   int seeds);

enum class Worth {
  kWorth,      // without the setting the accuracy is lower: the interval is below 0
  kNone,       // the interval excludes a loss of kNegligibleLoss
  kUndecided,  // too few seeds to tell
  kFailed,     // a training failed
};
const char* to_string(Worth worth);

struct AblationRow {
  std::string name;  // "base", or the change's
  std::string changes;
  std::vector<double> accuracies{};  // by seed
  Quantity accuracy{};               // mean, with Student's interval; n seeds
  // The change's accuracy minus that of the base, paired by seed: both had the same split and
  // initial weights. Nothing for the base, and after a failure.
  std::optional<Quantity> change{};
  Worth worth = Worth::kUndecided;
  double seconds = 0.0;   // mean of the training loops
  std::string failure{};  // code of the first failed training
};

// Whether a setting is worth keeping, by the change of accuracy without it.
Worth judge_change(const Quantity& change);

// `results` are those of ablation_trials(). The base is the first row.
std::vector<AblationRow> summarise_ablation(const std::vector<NamedChange>& changes,
                                            const std::vector<Trial>& trials,
                                            const std::vector<TrialResult>& results, int seeds);

std::string ablation_table(const std::vector<AblationRow>& rows);

void to_json(Json& json, const AblationRow& row);

// One line per change: the identity of the list.
std::string to_text(const std::vector<NamedChange>& changes);

}  // namespace digits
