// Compares the runs of a folder over time. No Torch in this header.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "metrics/comparison.h"
#include "report/chart.h"

namespace digits {

// An evaluated run.
struct RunSummary {
  std::string name;     // of its folder
  std::string started;  // UTC, "2024-05-17 09:30:12": time of its config.toml
  std::string test_fingerprint;
  Quantity accuracy;
  Quantity log_loss;
  Quantity calibration_error;
  std::string compared_with;         // the previous run on the same test set; empty: none
  std::optional<Comparison> change;  // compared with that run
};

// The evaluated runs in `folder`, in the order of their start. Other entries are skipped; an
// unreadable run is named in a warning. Throws input.missing when there is no run.
std::vector<RunSummary> run_history(const std::filesystem::path& folder);

void to_json(Json& json, const RunSummary& run);

// Accuracy with its interval over the runs, numbered from 1; a line per test set.
LineChart history_chart(const std::vector<RunSummary>& runs);

}  // namespace digits
