// Prints results as text on stdout, and messages on stderr.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "data/validate.h"
#include "metrics/evaluation.h"
#include "model/epoch_record.h"
#include "pipeline/gates.h"

namespace digits {

// Two columns: names, values; one line each, with control characters escaped.
void print_pairs(const std::vector<std::pair<std::string, std::string>>& pairs);

// A training: one row per epoch, the best one marked by *, and a row for all of them.
std::string history_table(const std::vector<EpochRecord>& history);

// "512 MiB"
std::string mebibytes(std::int64_t bytes);

// The metrics with their intervals, baselines, classes, slices, and the confusion matrix.
void print_evaluation(const Evaluation& evaluation);

// One row per gate, then the number of each verdict; for all gates, or for those that did not pass.
std::string gate_table(const std::vector<Gate>& gates, bool passed_too = true);

// One line per finding, or "none".
void print_findings(const std::vector<Finding>& findings);

// The first 100 messages on stderr, one line each, and the number of the others.
void print_messages(const std::vector<std::string>& messages);

// One JSON object on one line.
void print_json(const Json& json);

}  // namespace digits
