#include "support/sample_page.h"

#include <fmt/format.h>

#include <cmath>
#include <opencv2/imgcodecs.hpp>

#include "base/rng.h"
#include "report/chart.h"
#include "synthetic/synthetic.h"

namespace digits {

namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// The slot's own text, or the text for all slots.
class Slot {
 public:
  explicit Slot(const SampleTexts& texts) : all_(texts.name) {}
  std::string operator()(const std::string& own) const { return all_.empty() ? own : all_; }

 private:
  std::string all_;
};

LineChart loss(const Slot& text) {
  LineChart chart{text("Loss"),
                  {text("epoch"), Scale::kWhole, {}},
                  {text("nats"), Scale::kLog, {}},
                  {{text("training"), {}, false}, {text("validation"), {}, false}}};
  for (int epoch = 1; epoch <= 15; ++epoch) {
    const double value = 0.02 + 0.4 * std::exp(-0.45 * epoch);
    chart.series[0].points.push_back({double(epoch), value});
    chart.series[1].points.push_back({double(epoch), 1.2 * value + 0.004 * std::cos(epoch)});
  }
  return chart;
}

LineChart accuracy(const Slot& text) {
  LineChart chart{text("Validation accuracy"),
                  {text("epoch"), Scale::kWhole, {}},
                  {text("accuracy, 95 % interval"), Scale::kPercent, {}},
                  {{text("accuracy"), {}, false}, {text("gate"), {}, true}}};
  for (int epoch = 1; epoch <= 15; ++epoch) {
    const auto right = static_cast<std::size_t>(5000.0 * (0.995 - 0.06 * std::exp(-0.5 * epoch)));
    const auto share = proportion(right, 5000);
    chart.series[0].points.push_back({double(epoch), share.value, share.low, share.high});
  }
  chart.series[1].points = {{1.0, 0.97}, {15.0, 0.97}};
  return chart;
}

LineChart roc(const Slot& text) {
  LineChart chart{text("ROC, one class against the rest"),
                  {text("false positive rate"), Scale::kLinear, {0.0, 1.0}},
                  {text("true positive rate"), Scale::kLinear, {0.0, 1.0}},
                  {}};
  for (int k = 0; k < 10; ++k) {
    Series series{text(std::to_string(k)), {}, false};
    for (int i = 0; i <= 200; ++i) {
      const double x = std::pow(i / 200.0, 3.0);
      series.points.push_back({x, std::pow(x, 0.02 + 0.012 * k)});
    }
    chart.series.push_back(series);
  }
  chart.series.push_back({text("chance"), {{0.0, 0.0}, {1.0, 1.0}}, true});
  return chart;
}

ConfusionChart confusion(const Slot& text, std::size_t classes) {
  ConfusionChart chart{text("Confusion matrix"), {}, {}};
  Rng rng(1, Stream::kTest);
  for (std::size_t row = 0; row < classes; ++row) {
    const char letter[] = {static_cast<char>('a' + row % 26), '\0'};
    chart.classes.push_back(text(classes == 10 ? std::to_string(row) : letter));
    chart.counts.emplace_back(classes);
    for (auto& count : chart.counts[row]) count = rng.below(5) == 0 ? rng.below(9) : 0;
    chart.counts[row][row] = 960 + 4 * row;
  }
  chart.counts[4][9] = 110;
  return chart;
}

ReliabilityChart reliability(const Slot& text) {
  ReliabilityChart chart{text("Reliability"), {}};
  const std::size_t counts[] = {0, 0, 3, 12, 25, 31, 40, 66, 151, 9672};
  for (int i = 0; i < 10; ++i) {
    const double middle = 0.1 * i + 0.05;
    chart.bins.push_back({0.1 * i, 0.1 * i + 0.1, i == 9 ? 0.992 : middle,
                          proportion(static_cast<std::size_t>(
                                         double(counts[i]) * std::pow(middle, i == 9 ? 0.08 : 1.3)),
                                     counts[i])});
  }
  return chart;
}

DotChart slices(const Slot& text) {
  DotChart chart{text("Accuracy by slice"), {text("accuracy"), Scale::kPercent, {}}, {}};
  const auto add = [&](const char* name, std::size_t right, std::size_t n, bool marked) {
    chart.rows.push_back({text(name), proportion(right, n), marked});
  };
  add("all", 9931, 10000, false);
  add("thin strokes", 3268, 3333, true);
  add("thick strokes", 3326, 3333, false);
  add("upright", 4972, 5000, false);
  add("slanted", 4940, 5000, false);
  add("small", 951, 1000, true);
  add("class 4", 975, 982, false);
  chart.rows.push_back({text("not measured"), {kNone, kNone, kNone, 0}, false});
  return chart;
}

std::vector<html::Picture> digit_pictures(const Slot& text) {
  SyntheticOptions options;
  options.count = 12;
  const auto set = synthesise(options);
  std::vector<html::Picture> pictures;
  for (std::size_t i = 0; i < set.size(); ++i) {
    const cv::Mat1b image(28, 28, const_cast<std::uint8_t*>(set.image(i)));
    std::vector<std::uint8_t> png;
    cv::imencode(".png", image, png);
    pictures.push_back(
        {{png.begin(), png.end()},
         text(fmt::format("{}, taken for {} ({} %)", i % 10, (i + 5) % 10, 99 - i))});
  }
  return pictures;
}

Markup gates(const Slot& text) {
  html::Table table{text("Gates"),
                    {{text("gate")},
                     {text("verdict")},
                     {text("observed"), true},
                     {text("bound"), true},
                     {text("reason")}},
                    {}};
  const auto add = [&](const char* gate, html::Cell verdict, const char* observed,
                       const char* bound, const char* reason) {
    verdict.text = text(verdict.text);
    table.rows.push_back({{text(gate)}, verdict, {text(observed)}, {text(bound)}, {text(reason)}});
  };
  add("accuracy", {"pass", Verdict::kPass}, "99.31 % [99.13, 99.45]", "≥ 97 %",
      "below this the package is of no use to anybody");
  add("worst slice: small", {"fail", Verdict::kFail}, "95.10 % [93.58, 96.28]", "≥ 97 %",
      "who writes small must not be worse off by more than two points");
  add("expected calibration error", {"warning", Verdict::kWarning}, "0.0041 [0.0029, 0.0062]",
      "≤ 0.006", "the interval reaches the bound");
  return html::table(table);
}

}  // namespace

std::map<std::string, Markup> sample_plots(const SampleTexts& texts) {
  const Slot text(texts);
  return {{"loss.svg", draw(loss(text))},
          {"accuracy.svg", draw(accuracy(text))},
          {"roc.svg", draw(roc(text))},
          {"confusion.svg", draw(confusion(text, 10))},
          {"confusion_26.svg", draw(confusion(text, 26))},
          {"reliability.svg", draw(reliability(text))},
          {"slices.svg", draw(slices(text))}};
}

html::Page sample_page(const SampleTexts& texts) {
  const Slot text(texts);
  auto plots = sample_plots(texts);
  const auto headline = html::cards(
      {{text("accuracy"), text("99.31 %"), text("[99.13, 99.45], n = 10000"), Verdict::kPass},
       {text("macro F1"), text("0.9930"), text("[0.9912, 0.9946]"), Verdict::kNone},
       {text("calibration error"), text("0.0041"), text("[0.0029, 0.0062]"), Verdict::kWarning},
       {text("worst slice"), text("95.10 %"), text("small, n = 1000"), Verdict::kFail}});
  const auto lineage = html::table(
      {"",
       {{text("what")}, {text("value")}},
       {{{text("seed")}, {text("1")}}, {{text("training set")}, {text(std::string(64, 'a'))}}}});
  return {text("Evaluation of runs/2024-05-17"),
          text("synthetic digits, standard preset; two of three gates passed"),
          {{text("Summary"), headline +
                                 html::paragraph(text("The model reads small digits worse "
                                                      "than others: see the slices.")) +
                                 gates(text)},
           {text("Training"), html::figures({{plots["loss.svg"], text("Smoothed by nothing.")},
                                             {plots["accuracy.svg"], ""}})},
           {text("Mistakes"),
            html::figures({{plots["confusion.svg"], text("Most mistakes take a 4 for a 9.")},
                           {plots["roc.svg"], ""},
                           {plots["reliability.svg"], ""},
                           {plots["slices.svg"], text("Marked: the worst slices.")},
                           {plots["confusion_26.svg"], ""}}) +
                html::pictures(digit_pictures(text), 104)},
           {text("Lineage"), html::details(text("Where this comes from"), lineage) +
                                 html::table({text("Findings"), {{text("code")}}, {}})}},
          text("digits 0.1.0")};
}

}  // namespace digits
