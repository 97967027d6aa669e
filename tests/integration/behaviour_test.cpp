// Learned behaviour: small models are trained once, and each check runs on the model that it must
// fail. The seeds of the models are fixed, since the checks are tested and not the training. The
// test seed selects the images of the checks.
#include <algorithm>
#include <map>
#include <memory>

#include "base/files.h"
#include "behaviour/counterfactual.h"
#include "behaviour/directional.h"
#include "behaviour/functionality.h"
#include "behaviour/invariance.h"
#include "metrics/classification.h"
#include "metrics/fairness.h"
#include "metrics/image_slices.h"
#include "model/model_under_test.h"
#include "model/saliency.h"
#include "pipeline/gates.h"
#include "pipeline/presets.h"
#include "support/rank_agreement.h"
#include "support/small_models.h"
#include "support/testing.h"

namespace digits {
namespace {

using Verdicts = std::map<std::string, Gate>;  // verdicts by metric, without the common prefix

constexpr int kThreads = 2;

const std::string kGroup = "behaviour/";
constexpr double kAgreement = 0.3;  // mean rank correlation

// The gates of a real run that are about behaviour.
std::vector<GateRule> strict_gates() {
  auto rules = parse_gates(default_gates(), "standard", "configs/gates.toml");
  rules.erase(std::remove_if(rules.begin(), rules.end(),
                             [](const auto& rule) { return rule.metric.find(kGroup) != 0; }),
              rules.end());
  return rules;
}

// The gates for models trained for one second.
std::vector<GateRule> small_gates() {
  const auto path = fixtures() / "small_gates.toml";
  return parse_gates(read_file(path), "fast", path);
}

ModelUnderTest on_cpu(const Forward& forward) {
  return make_model_under_test(forward, c10::DeviceType::CPU);
}

struct Judged {
  Verdicts by_small;
  Verdicts by_strict;
};

// The verdicts of each gate on these measurements.
Judged judged(const std::vector<Measurement>& measured) {
  const Json document{{"behaviour", tree_of(measured)}};
  const auto verdicts = [&](std::vector<GateRule> rules) {
    Verdicts all;
    for (auto& rule : rules) rule.if_measured = true;  // only some metrics are measured
    for (const auto& gate : judge(document, rules)) all[gate.metric.substr(kGroup.size())] = gate;
    return all;
  };
  return {verdicts(small_gates()), verdicts(strict_gates())};
}

Dataset some(std::size_t n) { return sample(small_held_out_set(), n, test_seed()); }

// A model shared by several tests, trained at the first call.
const Forward& good(std::uint64_t which) {
  static std::map<std::uint64_t, Forward> models;
  auto& model = models[which];
  if (!model) model = good_model(which);
  return model;
}

const Forward& permuted() {
  static const Forward model = permuted_model(1);
  return model;
}

Quantity accuracy_of(const Forward& forward, const Dataset& set) {
  return accuracy(set.labels, ask(on_cpu(forward).classify, set).labels);
}

// The model fails the gates of a real run, and does not pass those of the small models. Their
// bounds are so near that some hundred images may be undecided.
void expect_failed(const Judged& verdicts, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto& strict = verdicts.by_strict.at(name);
    EXPECT_EQ(strict.verdict, GateVerdict::kFailed) << Json(strict).dump();
    const auto& small = verdicts.by_small.at(name);
    EXPECT_NE(small.verdict, GateVerdict::kPassed) << Json(small).dump();
  }
}

// A correctly trained model passes every check.
TEST(GoodModel, PassesEveryCheck) {
  BehaviourOptions options;
  options.images = 750;  // with fewer, the intervals are as wide as the bounds
  options.seed = test_seed();
  options.threads = kThreads;
  const auto measured = measure_behaviour(on_cpu(good(1)), small_held_out_set(), options);
  const auto verdicts = judged(measured).by_small;
  EXPECT_EQ(verdicts.size(), 24U);
  EXPECT_EQ(judged(measured).by_strict.size(), strict_gates().size());  // no gate is misspelt
  for (const auto& [name, gate] : verdicts)
    EXPECT_EQ(gate.verdict, GateVerdict::kPassed) << Json(gate).dump();
}

// Without augmentation the model is as accurate on its own set, but depends on an image's position.
TEST(BadModel, WithoutAugmentationFailsInvariance) {
  const auto model = unaugmented_model(1);
  EXPECT_GT(accuracy_of(model, small_held_out_set()).value, 0.85);
  const auto classify = on_cpu(model).classify;
  expect_failed(judged(measure_invariance(classify, some(300), kThreads)), {"invariance/shift_2"});
}

// Trained on labels in random order, the model has no right answer, and no degradation lowers one.
TEST(BadModel, WithPermutedLabelsFailsMinimumFunctionalityAndDirection) {
  const auto classify = on_cpu(permuted()).classify;
  const auto& schema = small_held_out_set().schema;
  auto measured = measure_degradations(classify, some(200), test_seed(), kThreads);
  for (auto& one : measure_erasures(classify, schema, 25, test_seed())) measured.push_back(one);
  measured.push_back(measure_canonical_digits(classify, schema));
  expect_failed(
      judged(measured),
      {"functionality/canonical", "directional/noise", "directional/occlusion", "directional/blur",
       "directional/erase_8_to_3", "directional/erase_8_to_6", "directional/erase_8_to_9",
       "directional/erase_9_to_0", "directional/erase_7_to_1", "directional/erase_2_to_7"});
}

// A model that sees one corner only is right more often than by chance, but for a wrong reason.
// Every change that moves ink out of the corner or into it changes its answers.
TEST(BadModel, LimitedToACornerFailsInterpretabilityAndInvariance) {
  const auto model = corner_model(1);
  EXPECT_GT(accuracy_of(model, small_held_out_set()).value, 0.3);
  const auto subject = on_cpu(model);
  auto measured = measure_invariance(subject.classify, some(300), kThreads);
  for (auto& one : measure_attributions(subject, some(40))) measured.push_back(one);
  expect_failed(
      judged(measured),
      {"interpretability/gradient_on_ink", "interpretability/integrated_on_ink",
       "invariance/shift_1", "invariance/shift_2", "invariance/rotation", "invariance/scale",
       "invariance/brightness", "invariance/contrast", "invariance/thicker", "invariance/thinner"});
}

// Trained with the label marked in the margin, the model does not learn digits: a grey square in
// the margin changes its answer.
TEST(BadModel, WithALabelShortcutFailsCounterfactual) {
  const auto classify = on_cpu(shortcut_model(1)).classify;
  expect_failed(judged({measure_counterfactuals(classify, some(50))}), {"counterfactual/on_ink"});
}

// Logits that are too large change no answer, so only images without digits show the fault. Grey
// images are judged by the gates of a real run only, since good small models are confident on some
// of them.
TEST(BadModel, OverconfidentFailsOnImagesWithoutDigits) {
  const auto classify = on_cpu(overconfident(good(1))).classify;
  const auto verdicts = judged(measure_confidence(classify, some(200), test_seed()));
  expect_failed(verdicts, {"functionality/noise", "functionality/scrambled"});
  EXPECT_EQ(verdicts.by_strict.at("functionality/blank").verdict, GateVerdict::kFailed);
}

// Logits that move in steps have no gradient that could explain them.
TEST(BadModel, WithSteppedLogitsFailsCompleteness) {
  const auto measured = measure_attributions(on_cpu(stepwise(good(1))), some(40));
  expect_failed(judged(measured), {"interpretability/completeness"});
}

// A model that labels every thin digit 0 differs so much between the slices of thickness that each
// gate of fairness fails. The good model passes them: those of `fast`, since it is not better than
// that.
TEST(BadModel, BlindToThinStrokesFailsFairness) {
  auto rules = parse_gates(default_gates(), "fast", "configs/gates.toml");
  rules.erase(std::remove_if(rules.begin(), rules.end(),
                             [](const auto& rule) { return rule.metric.find("fairness/") != 0; }),
              rules.end());
  ASSERT_EQ(rules.size(), 3U);
  const auto gates = [&](const Forward& model) {
    const auto& set = small_held_out_set();
    const auto predictions = ask(on_cpu(model).classify, set).labels;
    const auto thickness = image_slices(set, kThreads).at(1);
    EXPECT_EQ(thickness.factor, "thickness");
    return judge(Json{{"fairness", assess_fairness(set.labels, predictions, set.schema.class_names,
                                                   {thickness})}},
                 rules);
  };
  for (const auto& gate : gates(good(1)))
    EXPECT_EQ(gate.verdict, GateVerdict::kPassed) << Json(gate).dump();
  for (const auto& gate : gates(thin_blind_model(1)))
    EXPECT_EQ(gate.verdict, GateVerdict::kFailed) << Json(gate).dump();
}

// Attributions of two good trainings agree, and those of a model with permuted labels do not agree
// with them.
TEST(RankAgreement, IsHighOnlyBetweenWellTrainedModels) {
  const auto set = some(60);
  const auto explained = [&](const Forward& forward) { return on_cpu(forward).integrated(set); };
  const auto first = explained(good(1));
  const auto agreement = [&](const Forward& other) {
    return rank_agreement(set, first, explained(other));
  };
  EXPECT_GT(agreement(good(2)).low, kAgreement);
  EXPECT_LT(agreement(permuted()).high, kAgreement);
}

}  // namespace
}  // namespace digits
