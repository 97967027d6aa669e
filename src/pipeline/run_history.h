// The runs of a folder over time. No Torch in this header.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "metrics/comparison.h"
#include "report/chart.h"

namespace digits {

// A run that was evaluated.
struct PastRun {
  std::string name;   // of its folder
  std::string begun;  // UTC, "2024-05-17 09:30:12": when its configuration was written
  std::string test_fingerprint;
  Quantity accuracy;
  Quantity log_loss;
  Quantity calibration_error;
  std::string compared_with;         // the last run before it on the same test set; empty: none
  std::optional<Comparison> change;  // against that one
};

// The evaluated runs in `folder`, from the first to the last that was begun.
// Other entries are passed over; a run that cannot be read is named in a warning. Throws
// input.missing when there is no run at all.
std::vector<PastRun> run_history(const std::filesystem::path& folder);

void to_json(Json& json, const PastRun& run);

// Accuracy with its interval over the runs, numbered from 1; a line per test set.
LineChart history_chart(const std::vector<PastRun>& runs);

}  // namespace digits
