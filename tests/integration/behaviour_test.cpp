// Learned behaviour: small models are trained once, and each check is shown the model that it is
// there to fail.
#include <algorithm>
#include <map>
#include <memory>

#include "behaviour/functionality.h"
#include "model/saliency.h"
#include "model/subject.h"
#include "support/small_models.h"
#include "support/testing.h"

namespace digits {
namespace {

using Verdicts = std::map<std::string, Check>;

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

Subject on_cpu(const Forward& forward) { return subject_of(forward, c10::DeviceType::CPU); }

Verdicts verdicts_of(const Forward& forward) {
  Verdicts verdicts;
  for (const auto& check : check_behaviour(on_cpu(forward), small_held_out_set(), few_images())) {
    verdicts[check.name] = check;
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
  const auto& check = verdicts.at(name);
  EXPECT_FALSE(check.passed) << Json(check).dump();
}

class GoodModel : public testing::TestWithParam<std::uint64_t> {};

// What is trained as it should be passes every check, whatever the seed.
TEST_P(GoodModel, PassesEveryCheck) {
  for (const auto& [name, check] : verdicts_of(good(GetParam()))) {
    EXPECT_TRUE(check.passed) << Json(check).dump();
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, GoodModel, testing::Values(0, 1));

// Without augmentation the model is as accurate on what it knows, and an image's place matters.
TEST(BadModel, WithoutAugmentationFailsInvariance) {
  const auto verdicts = verdicts_of(unaugmented_model(test_seed()));
  expect_failed(verdicts, "invariance.shift_2");
  expect_failed(verdicts, "invariance.rotation");
}

// Learned from labels in random order, nothing is right, and nothing makes it worse.
TEST(BadModel, OfPermutedLabelsFailsMinimumFunctionalityAndDirection) {
  const auto verdicts = verdicts_of(permuted_model(test_seed()));
  expect_failed(verdicts, "functionality.canonical");
  for (const auto* name : {"noise", "occlusion", "blur", "erase_8_to_3", "erase_9_to_0",
                           "erase_7_to_1", "erase_2_to_7"}) {
    expect_failed(verdicts, std::string("directional.") + name);
  }
}

// What sees a corner only is right more often than by chance, for a reason that no person would
// accept.
TEST(BadModel, OfOneCornerFailsCounterfactualAndInterpretability) {
  const auto model = corner_model(test_seed());
  const auto verdicts = verdicts_of(model);
  expect_failed(verdicts, "counterfactual.on_ink");
  expect_failed(verdicts, "interpretability.gradient_on_ink");
  expect_failed(verdicts, "interpretability.integrated_on_ink");
  EXPECT_GT(accuracy(model, small_held_out_set()), 0.3);
}

// Logits too large change no answer: only what shows nothing tells.
TEST(BadModel, OverconfidentFailsOnNothing) {
  const auto verdicts = verdicts_of(overconfident_model(test_seed()));
  expect_failed(verdicts, "functionality.noise");
  expect_failed(verdicts, "functionality.scrambled");
  EXPECT_TRUE(verdicts.at("functionality.canonical").passed);
}

// Two trainings look at the same places, and one that learned nothing looks elsewhere.
TEST(RankAgreement, IsOfModelsThatLearnedTheSame) {
  const auto set = sample(small_held_out_set(), 60, test_seed());
  const auto explained = [&](const Forward& forward) { return on_cpu(forward).integrated(set); };
  const auto first = explained(good(0));
  const auto judged = [&](const Forward& other) {
    return judge("interpretability.rank_agreement", rank_agreement(set, first, explained(other)));
  };
  EXPECT_TRUE(judged(good(1)).passed);
  EXPECT_FALSE(judged(permuted_model(test_seed())).passed);
}

}  // namespace
}  // namespace digits
