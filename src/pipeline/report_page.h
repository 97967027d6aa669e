// Builds the report page of a run from the stages' results. No Torch in this header.
#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "metrics/evaluation.h"
#include "model/epoch_record.h"
#include "pipeline/config.h"
#include "pipeline/gates.h"
#include "pipeline/report_charts.h"
#include "report/html.h"

namespace digits {

// The content of the page.
struct RunReport {
  std::string name;  // of the run
  Config config;
  Json data;                   // data.json
  std::string weights_sha256;  // of the evaluated weights
  std::vector<Gate> gates;
  std::vector<EpochRecord> history;
  Evaluation scores;  // the source of evaluation.json
  std::vector<NamedChart> training;
  std::vector<NamedChart> charts;
  std::vector<html::Picture> mistakes;
  std::vector<html::Picture> unsure;
  std::string augmentation;  // PNG
  Json versions;
};

html::Page report_page(const RunReport& report);

}  // namespace digits
