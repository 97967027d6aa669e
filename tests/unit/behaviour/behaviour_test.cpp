#include "behaviour/behaviour.h"

#include <algorithm>
#include <set>

#include "support/fakes.h"
#include "support/testing.h"

namespace digits {
namespace {

// The end of the interval that speaks against the model decides, not the value; the bound itself is
// kept; what was never observed is not.
TEST(Keeps, LooksAtTheConservativeEnd) {
  const Bound most{Side::kAtMost, 0.5, ""};
  EXPECT_TRUE(keeps({0.3, 0.1, 0.5, 9}, most));
  EXPECT_FALSE(keeps({0.3, 0.1, 0.51, 9}, most));
  EXPECT_FALSE(keeps({0.0, 0.0, 0.0, 0}, most));
  const Bound least{Side::kAtLeast, 0.5, ""};
  EXPECT_TRUE(keeps({0.7, 0.5, 1.0, 9}, least));
  EXPECT_FALSE(keeps({0.7, 0.49, 1.0, 9}, least));
  EXPECT_FALSE(keeps({1.0, 1.0, 1.0, 0}, least));
}

TEST(Judge, NamesBoundAndVerdict) {
  const auto check = judge("functionality.canonical", proportion(90, 90));
  EXPECT_TRUE(check.passed);
  const Json json = check;
  EXPECT_EQ(json.at("check"), "functionality.canonical");
  EXPECT_EQ(json.at("side"), "at least");
  EXPECT_EQ(json.at("bound"), check.bound.value);
  EXPECT_EQ(json.at("observed").at("n"), 90);
  EXPECT_EQ(json.at("passed"), true);
  EXPECT_NE(json.at("reason"), "");
}

TEST(Ask, TakesTheFirstOfEqualProbabilities) {
  const auto set = random_dataset(2);
  const auto answers = ask([](const Dataset&) { return std::vector{.4, .4, .2, .1, .2, .7}; }, set);
  EXPECT_THAT(answers.labels, testing::ElementsAre(0, 2));
  EXPECT_THAT(answers.probabilities, testing::ElementsAre(.4, .7));
}

// The samples keep their order and their labels, and another seed takes others.
TEST(Sample, IsAFunctionOfItsSeed) {
  const auto set = random_dataset(200);
  const auto few = sample(set, 20, test_seed());
  ASSERT_EQ(few.size(), 20U);
  EXPECT_EQ(few.images, sample(set, 20, test_seed()).images);
  EXPECT_NE(few.images, sample(set, 20, test_seed() + 1).images);
  std::size_t next = 0;
  for (std::size_t i = 0; i < few.size(); ++i, ++next) {
    while (next < set.size() && !std::equal(few.image(i), few.image(i) + 30, set.image(next))) {
      ++next;
    }
    ASSERT_LT(next, set.size());
    EXPECT_EQ(few.labels[i], set.labels[next]);
  }
  EXPECT_EQ(sample(set, 999, 1).images, set.images);
}

Dataset few_digits(const Schema& schema) {
  auto set = random_dataset(12, schema.rows, schema.cols, 1, schema.classes());
  set.schema = schema;
  return set;
}

std::set<std::string> names_of(const std::vector<Check>& checks) {
  std::set<std::string> names;
  for (const auto& check : checks) names.insert(check.name);
  EXPECT_EQ(names.size(), checks.size());  // each once
  return names;
}

Subject blind() {
  Subject subject{always(0), {}, {}};
  subject.gradient = subject.integrated = [](const Dataset& set) {
    return Attributions{std::vector<float>(set.images.size(), 1.0F),
                        std::vector<float>(set.size(), 1.0F)};
  };
  return subject;
}

// All checks of digits are made, and each has a bound that is used; a blind model fails in every
// group but the one of invariance.
TEST(CheckBehaviour, MakesEveryCheckThatHasABound) {
  const auto checks =
      check_behaviour(blind(), few_digits({16, 16, 1, numbered_class_names(10)}), {});
  std::set<std::string> bounded;
  for (const auto& [name, bound] : check_bounds()) {
    bounded.insert(name);
    EXPECT_GT(bound.reason.size(), 10U) << name;
  }
  auto made = names_of(checks);
  made.insert("interpretability.rank_agreement");  // of two models
  EXPECT_EQ(made, bounded);
  std::set<std::string> failed;
  for (const auto& check : checks) {
    if (!check.passed) failed.insert(check.name.substr(0, check.name.find('.')));
  }
  EXPECT_THAT(failed, testing::ElementsAre("counterfactual", "directional", "functionality",
                                           "interpretability"));
}

// Of other classes than digits, nothing synthetic is asked; what cannot be explained is not.
TEST(CheckBehaviour, LeavesOutWhatDoesNotApply) {
  const auto letters = few_digits({16, 16, 1, {"a", "b", "c"}});
  const auto names = names_of(check_behaviour({always(0), {}, {}}, letters, {}));
  EXPECT_EQ(names.count("functionality.canonical"), 0U);
  EXPECT_EQ(names.count("functionality.noise"), 1U);
  EXPECT_EQ(names.count("interpretability.completeness"), 0U);
  BehaviourOptions options;
  options.digits = false;  // clothes under digits' names, say
  const auto clothes = few_digits({16, 16, 1, numbered_class_names(10)});
  EXPECT_EQ(names_of(check_behaviour({always(0), {}, {}}, clothes, options)), names);
}

}  // namespace
}  // namespace digits
