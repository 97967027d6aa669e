#include "pipeline/report_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/scale.h"

namespace digits {

namespace {

using html::Card;
using html::Cell;
using html::Table;

Verdict mark_of(GateVerdict verdict) {
  if (verdict == GateVerdict::kPassed) return Verdict::kPass;
  return verdict == GateVerdict::kUndecided ? Verdict::kWarning : Verdict::kFail;
}

const SliceAccuracy* worst_slice(const Fairness& fairness) {
  for (const auto& group : fairness.groups) {
    if (group.factor == fairness.worst_factor) return &group.slices[group.worst];
  }
  return nullptr;
}

Card card(const std::string& label, const Quantity& quantity, Scale scale) {
  return {label, number_text(quantity.value, scale),
          fmt::format("[{}, {}], n\u00a0=\u00a0{}", number_text(quantity.low, scale),
                      number_text(quantity.high, scale), quantity.n)};
}

Card gates_card(const std::vector<Gate>& gates) {
  const auto passed = count(gates, GateVerdict::kPassed);
  const auto undecided = count(gates, GateVerdict::kUndecided);
  auto worst = GateVerdict::kPassed;
  for (const auto& gate : gates) worst = std::max(worst, gate.verdict);
  return {"gates", fmt::format("{} of {}", passed, gates.size()),
          undecided == 0 ? "passed" : fmt::format("passed, {} undecided", undecided),
          mark_of(worst)};
}

Markup headline(const RunReport& report) {
  const auto& scores = report.scores;
  std::vector<Card> cards{card("test accuracy", scores.accuracy, Scale::kPercent)};
  for (const auto& [metric, quantity] : scores.metrics) {
    if (metric.on_report) cards.push_back(card(metric.title, quantity, Scale::kLinear));
  }
  if (const auto* worst = worst_slice(scores.fairness)) {
    cards.push_back(
        card(fmt::format("worst slice: {} {}", scores.fairness.worst_factor, worst->name),
             worst->accuracy, Scale::kPercent));
  }
  cards.push_back(gates_card(report.gates));
  return html::cards(cards);
}

Markup gates_table(const std::vector<Gate>& gates) {
  Table table{"",
              {{"metric"},
               {"verdict"},
               {"observed, 95 % interval", true},
               {"n", true},
               {"bound", true},
               {"reason"}},
              {}};
  for (const auto& gate : gates) {
    const auto& rule = gate.rule;
    const auto note = verdict_note(gate);
    table.rows.push_back(
        {{gate.metric},
         {to_string(gate.verdict), mark_of(gate.verdict)},
         {quantity_text(gate.observed, Scale::kLinear)},
         {std::to_string(gate.observed.n)},
         {fmt::format("{} {}", rule.at_least ? "≥" : "≤", number_text(rule.bound))},
         {rule.reason + (note.empty() ? "" : "; " + note)}});
  }
  return html::table(table);
}

Markup classes(const Evaluation& scores) {
  Table table{"",
              {{"class"},
               {"precision", true},
               {"recall", true},
               {"F1", true},
               {"ROC AUC", true},
               {"average precision", true},
               {"n", true}},
              {}};
  for (std::size_t k = 0; k < scores.per_class.size(); ++k) {
    const auto& metrics = scores.per_class[k];
    const auto& ranking = scores.class_scores[k];
    table.rows.push_back({{metrics.name},
                          {quantity_text(metrics.precision)},
                          {quantity_text(metrics.recall)},
                          {quantity_text(ranking.f1, Scale::kLinear)},
                          {number_text(ranking.roc_auc.value)},
                          {number_text(ranking.average_precision.value)},
                          {std::to_string(metrics.recall.n)}});
  }
  return html::table(table);
}

Markup fairness(const Fairness& fairness) {
  Table table{"Between the slices of a factor",
              {{"factor"},
               {"accuracy gap", true},
               {"equalised odds difference", true},
               {"disparate impact ratio", true}},
              {}};
  for (const auto& group : fairness.groups) {
    const auto text = [](const std::optional<ClassGap>& gap) {
      if (!gap) return std::string("–");
      return fmt::format("{} (class {})", quantity_text(gap->value, Scale::kLinear),
                         gap->class_name);
    };
    table.rows.push_back({{group.factor},
                          {quantity_text(group.gap)},
                          {text(group.equalised_odds)},
                          {text(group.disparate_impact)}});
  }
  return html::table(table);
}

Markup baselines(const Evaluation& scores) {
  Table table{
      "Against rules that need no network",
      {{"rule"}, {"accuracy", true}, {"n", true}},
      {{{"this model"}, {quantity_text(scores.accuracy)}, {std::to_string(scores.accuracy.n)}}}};
  for (const auto& [name, accuracy] : scores.baselines) {
    table.rows.push_back({{name}, {quantity_text(accuracy)}, {std::to_string(accuracy.n)}});
  }
  return html::table(table);
}

Markup figures(const std::vector<NamedChart>& charts) {
  std::vector<html::Figure> all;
  all.reserve(charts.size());
  for (const auto& chart : charts) all.push_back({chart.chart, chart.caption});
  return html::figures(all);
}

Markup timing(const std::vector<EpochRecord>& history) {
  const auto all = summarise(history);
  return html::table(
      {"Training",
       {{"what"}, {"value", true}},
       {{{"epochs"}, {std::to_string(history.size())}},
        {{"best epoch"}, {std::to_string(best_epoch(history).epoch)}},
        {{"seconds, with validation"}, {fmt::format("{:.1f}", all.seconds)}},
        {{"seconds in the training loop"}, {fmt::format("{:.1f}", all.train_seconds)}},
        {{"images a second"}, {fmt::format("{:.0f}", images_per_second(all))}},
        {{"waiting for data"}, {fmt::format("{:.1f} %", 100.0 * wait_share(all))}},
        {{"peak memory"}, {fmt::format("{} MiB", all.peak_memory_bytes >> 20)}}}});
}

Markup data(const RunReport& report) {
  Table counts{"", {{"part"}, {"images", true}, {"fingerprint"}}, {}};
  for (const auto* part : {"train", "test"}) {
    const auto& json = report.data.at(part);
    counts.rows.push_back({{part},
                           {std::to_string(json.at("count").get<std::size_t>())},
                           {json.at("fingerprint").get<std::string>().substr(0, 16)}});
  }
  Table findings{"Findings", {{"code"}, {"severity"}, {"what"}}, {}};
  const auto add = [&](const Json& list) {
    for (const auto& finding : list) {
      const auto severity = finding.at("severity").get<std::string>();
      findings.rows.push_back({{finding.at("code").get<std::string>()},
                               {severity, severity == "error" ? Verdict::kFail : Verdict::kWarning},
                               {finding.at("message").get<std::string>()}});
    }
  };
  for (const auto* part : {"train", "test"}) add(report.data.at(part).at("findings"));
  add(report.data.at("findings"));
  const char* sheet =
      report.config.data.is_private
          ? "The set is private: the augmentation is shown on noise."
          : "Framed: training images as they are; behind each, as training sees them.";
  return html::table(counts) + html::table(findings) + html::paragraph(sheet) +
         html::pictures({{report.augmentation, ""}}, 1500);
}

Markup lineage(const RunReport& report) {
  Table table{"", {{"what"}, {"value"}}, {}};
  const auto add = [&](const std::string& what, const Json& value) {
    table.rows.push_back({{what}, {value.is_string() ? value.get<std::string>() : value.dump()}});
  };
  add("weights, SHA-256", report.weights_sha256);
  add("training set, fingerprint", report.data.at("train").at("fingerprint"));
  add("test set, fingerprint", report.data.at("test").at("fingerprint"));
  for (const auto& [key, value] : report.versions.items()) add(key, value);
  return html::table(table) +
         html::details("Configuration", html::preformatted(to_toml(report.config)));
}

Markup mistakes(const RunReport& report) {
  if (report.config.data.is_private)
    return html::paragraph("The set is private: no image is shown.");
  const char* how =
      "Number of the test image, answer and confidence, truth. Beside each image: what speaks for "
      "the answer in orange, what speaks against it in blue, by integrated gradients from grey.";
  const auto shown = [](const std::vector<html::Picture>& pictures) {
    return pictures.empty() ? html::paragraph("None.") : html::pictures(pictures, 190);
  };
  return html::paragraph(how) + html::heading("Worst mistakes") + shown(report.mistakes) +
         html::heading("Least confident right answers") + shown(report.unsure);
}

}  // namespace

html::Page report_page(const RunReport& report) {
  const auto& scores = report.scores;
  return {report.name,
          fmt::format("{} preset, seed {}, data {}; gates: {}", report.config.preset,
                      report.config.seed, report.config.data.source, summary(report.gates)),
          {{"Summary", headline(report) + baselines(scores)},
           {"Gates", gates_table(report.gates)},
           {"Training", figures(report.training) + timing(report.history)},
           {"Test set", figures(report.charts) + classes(scores) + fairness(scores.fairness)},
           {"Images", mistakes(report)},
           {"Data", data(report)},
           {"Lineage", lineage(report)}},
          fmt::format("digits {}", report.versions.at("digits").get<std::string>())};
}

}  // namespace digits
