// Learned behaviour: small models are trained once, and each check is shown the model that it is
// there to fail.
#include <algorithm>
#include <map>
#include <memory>

#include "behaviour/functionality.h"
#include "model/saliency.h"
#include "model/subject.h"
#include "pipeline/gates.h"
#include "pipeline/presets.h"
#include "support/small_models.h"
#include "support/testing.h"

namespace digits {
namespace {

using Verdicts = std::map<std::string, Gate>;  // by metric, without what it has in common

BehaviourOptions few_images() {
  BehaviourOptions options;
  options.invariance = 500;
  options.directional = 300;
  options.erased_pairs = 40;
  options.confidence = 400;
  options.counterfactuals = 80;
  options.attributions = 60;
  options.seed = test_seed();
  options.threads = 2;
  return options;
}

// Those of the gates that a run has to pass which are about behaviour.
const std::string kGroup = "behaviour/";
std::vector<GateRule> behaviour_gates() {
  auto rules = parse_gates(default_gates("standard"), "configs/gates.toml");
  rules.erase(std::remove_if(rules.begin(), rules.end(),
                             [](const auto& rule) { return rule.metric.find(kGroup) != 0; }),
              rules.end());
  return rules;
}

Subject on_cpu(const Forward& forward) { return subject_of(forward, c10::DeviceType::CPU); }

Verdicts verdicts_of(const Forward& forward) {
  const auto measured = measure_behaviour(on_cpu(forward), small_held_out_set(), few_images());
  Verdicts verdicts;
  for (const auto& gate : judge(Json{{"behaviour", tree_of(measured)}}, behaviour_gates())) {
    verdicts[gate.metric.substr(kGroup.size())] = gate;
  }
  return verdicts;
}

// A model that several tests look at, trained at the first call.
const Forward& good(std::uint64_t which) {
  static std::map<std::uint64_t, Forward> models;
  auto& model = models[which];
  if (!model) model = good_model(test_seed() + which);
  return model;
}

double accuracy(const Forward& forward, const Dataset& set) {
  const auto labels = ask(on_cpu(forward).classify, set).labels;
  std::size_t right = 0;
  for (std::size_t i = 0; i < set.size(); ++i) right += labels[i] == set.labels[i] ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(set.size());
}

void expect_failed(const Verdicts& verdicts, const std::string& name) {
  const auto& gate = verdicts.at(name);
  EXPECT_FALSE(gate.passed) << Json(gate).dump();
}

class GoodModel : public testing::TestWithParam<std::uint64_t> {};

// What is trained as it should be passes every check, whatever the seed.
TEST_P(GoodModel, PassesEveryCheck) {
  const auto verdicts = verdicts_of(good(GetParam()));
  EXPECT_EQ(verdicts.size(), 25U);
  for (const auto& [name, gate] : verdicts) {
    EXPECT_TRUE(gate.passed) << Json(gate).dump();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, GoodModel, testing::Values(0, 1));

// Without augmentation the model is as accurate on what it knows, and an image's place matters.
TEST(BadModel, WithoutAugmentationFailsInvariance) {
  const auto verdicts = verdicts_of(unaugmented_model(test_seed()));
  expect_failed(verdicts, "invariance/shift_2");
  expect_failed(verdicts, "invariance/rotation");
}

// Learned from labels in random order, nothing is right, and nothing makes it worse.
TEST(BadModel, OfPermutedLabelsFailsMinimumFunctionalityAndDirection) {
  const auto verdicts = verdicts_of(permuted_model(test_seed()));
  expect_failed(verdicts, "functionality/canonical");
  for (const auto* name : {"noise", "occlusion", "blur", "erase_8_to_3", "erase_9_to_0",
                           "erase_7_to_1", "erase_2_to_7"}) {
    expect_failed(verdicts, std::string("directional/") + name);
  }
}

// What sees a corner only is right more often than by chance, for a reason that no person would
// accept.
TEST(BadModel, OfOneCornerFailsCounterfactualAndInterpretability) {
  const auto model = corner_model(test_seed());
  const auto verdicts = verdicts_of(model);
  expect_failed(verdicts, "counterfactual/on_ink");
  expect_failed(verdicts, "interpretability/gradient_on_ink");
  expect_failed(verdicts, "interpretability/integrated_on_ink");
  EXPECT_GT(accuracy(model, small_held_out_set()), 0.3);
}

// Logits too large change no answer: only what shows nothing tells.
TEST(BadModel, OverconfidentFailsOnNothing) {
  const auto verdicts = verdicts_of(overconfident_model(test_seed()));
  expect_failed(verdicts, "functionality/noise");
  expect_failed(verdicts, "functionality/scrambled");
  EXPECT_TRUE(verdicts.at("functionality/canonical").passed);
}

constexpr double kAgreement = 0.3;

// Two trainings look at the same places, and one that learned nothing looks elsewhere.
TEST(RankAgreement, IsOfModelsThatLearnedTheSame) {
  const auto set = sample(small_held_out_set(), 60, test_seed());
  const auto explained = [&](const Forward& forward) { return on_cpu(forward).integrated(set); };
  const auto first = explained(good(0));
  const auto agreement = [&](const Forward& other) {
    return rank_agreement(set, first, explained(other));
  };
  EXPECT_GT(agreement(good(1)).low, kAgreement);
  EXPECT_LT(agreement(permuted_model(test_seed())).high, kAgreement);
}

}  // namespace
}  // namespace digits
