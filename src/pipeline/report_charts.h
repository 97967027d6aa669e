// Makes the charts of a run. No Torch in this header.
#pragma once

#include <string>
#include <vector>

#include "metrics/evaluation.h"
#include "model/epoch_record.h"
#include "report/chart.h"

namespace digits {

// A chart of the report, and of a file in the run directory.
struct NamedChart {
  std::string name;  // of the file
  Markup chart;
  std::string caption;
};

// "loss" and "accuracy" over the epochs.
std::vector<NamedChart> training_charts(const std::vector<EpochRecord>& history);

// "confusion", "roc", "precision_recall", "reliability" and "slices". The curves are thinned to the
// resolution of a plot.
std::vector<NamedChart> evaluation_charts(const Evaluation& evaluation,
                                          const std::vector<std::uint8_t>& labels);

}  // namespace digits
