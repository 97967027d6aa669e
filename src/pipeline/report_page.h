// The page on a run, from what the stages have found. No Torch in this header.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "metrics/evaluation.h"
#include "model/epoch_record.h"
#include "pipeline/config.h"
#include "pipeline/report_charts.h"
#include "report/html.h"

namespace digits {

// Everything that the page shows.
struct RunReport {
  std::string name;  // of the run
  Config config;
  Json data;        // data.json
  Json evaluation;  // evaluation.json
  Json checks;      // checks.json
  std::vector<EpochRecord> history;
  Evaluation scores;  // what evaluation.json was made from
  std::vector<NamedChart> training;
  std::vector<NamedChart> charts;
  std::vector<html::Picture> mistakes;
  std::vector<html::Picture> unsure;
  std::string augmentation;  // PNG
  Json versions;
};

html::Page report_page(const RunReport& report);

}  // namespace digits
