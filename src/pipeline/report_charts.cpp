#include "pipeline/report_charts.h"

#include <fmt/format.h>

#include <utility>

#include "metrics/ranking.h"

namespace digits {

namespace {

constexpr std::size_t kCurvePoints = 200;

std::vector<std::string> class_names(const Evaluation& evaluation) {
  std::vector<std::string> names;
  for (const auto& metrics : evaluation.per_class) names.push_back(metrics.name);
  return names;
}

LineChart loss_chart(const std::vector<EpochRecord>& history) {
  LineChart chart{"Loss",
                  {"epoch", Scale::kWhole},
                  {"nats", Scale::kLog},
                  {{"training", {}, false}, {"validation", {}, false}}};
  for (const auto& epoch : history) {
    const auto x = static_cast<double>(epoch.epoch);
    chart.series[0].points.push_back({x, epoch.train_loss});
    chart.series[1].points.push_back({x, epoch.validation_loss});
  }
  return chart;
}

LineChart accuracy_chart(const std::vector<EpochRecord>& history) {
  LineChart chart{"Validation accuracy",
                  {"epoch", Scale::kWhole},
                  {"accuracy, 95 % interval", Scale::kPercent},
                  {{"", {}, false}}};
  for (const auto& epoch : history) {
    const auto& [value, low, high, n] = epoch.validation_accuracy;
    chart.series[0].points.push_back({static_cast<double>(epoch.epoch), value, low, high});
  }
  return chart;
}

// Both curves of every class against the rest: (ROC, precision-recall).
std::pair<LineChart, LineChart> ranking_charts(const Evaluation& evaluation,
                                               const std::vector<std::uint8_t>& labels) {
  LineChart roc{"ROC, each class against the rest",
                {"false positive rate", Scale::kLinear, {0.0, 1.0}},
                {"true positive rate", Scale::kLinear, {0.0, 1.0}},
                {}};
  LineChart precision{"Precision and recall, each class against the rest",
                      {"recall", Scale::kLinear, {0.0, 1.0}},
                      {"precision", Scale::kLinear, {0.0, 1.0}},
                      {}};
  const auto names = class_names(evaluation);
  for (std::size_t k = 0; k < names.size(); ++k) {
    Series rates{names[k], {}, false};
    Series precisions = rates;
    const auto ranking = rank_by_class(evaluation.probabilities, labels, names.size(), k);
    for (const auto& point : thinned(curve(ranking), kCurvePoints)) {
      rates.points.push_back({point.false_positive_rate, point.true_positive_rate});
      precisions.points.push_back({point.true_positive_rate, point.precision});
    }
    roc.series.push_back(std::move(rates));
    precision.series.push_back(std::move(precisions));
  }
  roc.series.push_back({"chance", {{0.0, 0.0}, {1.0, 1.0}}, true});
  return {roc, precision};
}

ReliabilityChart reliability_chart(const Evaluation& evaluation) {
  ReliabilityChart chart{"Reliability", {}};
  for (const auto& bin : evaluation.reliability) {
    chart.bins.push_back({bin.low, bin.high, bin.confidence, bin.accuracy});
  }
  return chart;
}

DotChart slice_chart(const Fairness& fairness) {
  DotChart chart{"Accuracy by slice", {"accuracy, 95 % interval", Scale::kPercent}, {}};
  for (const auto& group : fairness.groups) {
    for (const auto& slice : group.slices) {
      const bool worst =
          group.factor == fairness.worst_factor && slice.name == fairness.worst_slice;
      chart.rows.push_back({group.factor + " " + slice.name, slice.accuracy, worst});
    }
  }
  return chart;
}

}  // namespace

std::vector<NamedChart> training_charts(const std::vector<EpochRecord>& history) {
  return {{"loss", draw(loss_chart(history)),
           "With label smoothing, the training loss is the smoothed one and cannot reach zero."},
          {"accuracy", draw(accuracy_chart(history)), "On the validation part."}};
}

std::vector<NamedChart> evaluation_charts(const Evaluation& evaluation,
                                          const std::vector<std::uint8_t>& labels) {
  const auto [roc, precision] = ranking_charts(evaluation, labels);
  return {
      {"confusion",
       draw(ConfusionChart{"Confusion matrix", class_names(evaluation), evaluation.confusion}), ""},
      {"roc", draw(roc), ""},
      {"precision_recall", draw(precision), ""},
      {"reliability", draw(reliability_chart(evaluation)),
       "Above the diagonal the model is more often right than it believes."},
      {"slices", draw(slice_chart(evaluation.fairness)),
       "Thickness, slant and size are thirds within each class. Marked: the worst slice."}};
}

}  // namespace digits
