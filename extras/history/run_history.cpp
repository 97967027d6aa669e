#include "history/run_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/date.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "pipeline/regression.h"
#include "pipeline/run_directory.h"

namespace digits {

namespace {

RunSummary past_run(const RunDirectory& run, std::int64_t written) {
  const auto evaluation = run.read_evaluation();
  RunSummary past;
  past.name = run.name();
  past.started = utc_text(written);
  past.test_fingerprint = answers_of(run).test_fingerprint;
  past.accuracy = json_at<Quantity>(evaluation, "/accuracy", "input");
  past.log_loss = json_at<Quantity>(evaluation, "/log_loss", "input");
  past.calibration_error = json_at<Quantity>(evaluation, "/calibration_error", "input");
  return past;
}

// Evaluated runs with their start time, which orders them: a later evaluation does not change it.
std::vector<std::pair<std::int64_t, RunDirectory>> evaluated_runs(
    const std::filesystem::path& folder) {
  std::vector<std::pair<std::int64_t, RunDirectory>> runs;
  for (const auto& path : list_folder(folder)) {
    if (!RunDirectory::exists(path)) continue;
    const auto run = RunDirectory::open(path);
    if (kind_of(run.evaluation()) != PathKind::kFile) continue;
    runs.emplace_back(written_at(run.path() / "config.toml"), run);
  }
  std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second.path()) < std::pair(b.first, b.second.path());
  });
  return runs;
}

}  // namespace

std::vector<RunSummary> run_history(const std::filesystem::path& folder) {
  std::vector<RunSummary> history;
  std::map<std::string, RunDirectory> latest;  // by test set
  for (const auto& [written, run] : evaluated_runs(folder)) {
    try {
      auto past = past_run(run, written);
      const auto before = latest.find(past.test_fingerprint);
      if (before != latest.end()) {
        past.compared_with = before->second.name();
        past.change = compare_runs(run, before->second);
      }
      latest.insert_or_assign(past.test_fingerprint, run);
      history.push_back(std::move(past));
    } catch (const Error& error) {
      log_warning(one_line(error));
    }
  }
  if (history.empty()) {
    throw Error("input.missing", fmt::format("{}: no evaluated run in it", folder.string()),
                "name the folder that contains the run folders");
  }
  return history;
}

void to_json(Json& json, const RunSummary& run) {
  json = Json{{"run", run.name},
              {"begun", run.started},
              {"test_fingerprint", run.test_fingerprint},
              {"accuracy", run.accuracy},
              {"log_loss", run.log_loss},
              {"calibration_error", run.calibration_error}};
  if (!run.change) return;
  json["compared_with"] = run.compared_with;
  json["change"] = *run.change;
}

LineChart history_chart(const std::vector<RunSummary>& runs) {
  LineChart chart{"Accuracy over time",
                  {"run", Scale::kWhole, {}},
                  {"accuracy, 95 % interval", Scale::kPercent, {}},
                  {}};
  std::map<std::string, std::size_t> series;  // of a test set
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& test = runs[i].test_fingerprint;
    const auto [place, is_new] = series.emplace(test, chart.series.size());
    if (is_new) chart.series.push_back({"test set " + test.substr(0, 8), {}, false});
    const auto& accuracy = runs[i].accuracy;
    chart.series[place->second].points.push_back(
        {static_cast<double>(i + 1), accuracy.value, accuracy.low, accuracy.high});
  }
  return chart;
}

}  // namespace digits
