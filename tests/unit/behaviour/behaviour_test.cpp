#include "behaviour/behaviour.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "support/fakes.h"
#include "support/testing.h"

namespace digits {
namespace {

// The parts of a name are the levels of the document, so a gate can name one measurement or "*".
TEST(TreeOf, NestsByName) {
  const auto tree = tree_of({{"a/x", proportion(1, 2)}, {"a/y", proportion(3, 4)}, {"b/x", {}}});
  EXPECT_EQ(tree.size(), 2U);
  EXPECT_EQ(tree.at("a").at("y").at("n"), 4);
}

TEST(Ask, TakesTheFirstOfEqualProbabilities) {
  const auto set = random_dataset(2);
  const auto answers = ask([](const Dataset&) { return std::vector{.4, .4, .2, .1, .2, .7}; }, set);
  EXPECT_THAT(answers.labels, testing::ElementsAre(0, 2));
  EXPECT_THAT(answers.probabilities, testing::ElementsAre(.4, .7));
}

// The samples keep their order and their labels. Another seed takes other samples.
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

std::set<std::string> names_of(const std::vector<Measurement>& all) {
  std::set<std::string> names;
  for (const auto& one : all) names.insert(one.name);
  EXPECT_EQ(names.size(), all.size());  // each once
  return names;
}

ModelUnderTest blind() {
  ModelUnderTest subject{always(0), {}, {}};
  subject.gradient = subject.integrated = [](const Dataset& set) {
    return Attributions{std::vector<float>(set.images.size(), 1.0F),
                        std::vector<float>(set.size(), 1.0F)};
  };
  return subject;
}

// All tests run on digits. A blind model, which always says 0, has no flips and no drops, and is
// right once in ten.
TEST(MeasureBehaviour, RunsAllTestsOnDigits) {
  const auto all =
      measure_behaviour(blind(), few_digits({16, 16, 1, numbered_class_names(10)}), {});
  EXPECT_EQ(names_of(all).size(), 25U);
  std::map<std::string, Quantity> observed;
  for (const auto& one : all) observed[one.name] = one.observed;
  EXPECT_EQ(observed.at("invariance/shift_2").value, 0.0);
  EXPECT_EQ(observed.at("directional/blur").value, 0.0);
  EXPECT_EQ(observed.at("directional/erase_8_to_3").value, 0.0);
  EXPECT_EQ(observed.at("functionality/canonical").value, 0.1);
  EXPECT_EQ(observed.at("functionality/noise").value, 1.0);
  EXPECT_EQ(observed.at("counterfactual/on_ink").n, 0U);
}

// For classes that are not digits, no synthetic digit is drawn. Without gradients nothing is
// explained.
TEST(MeasureBehaviour, OmitsInapplicableTests) {
  const auto letters = few_digits({16, 16, 1, {"a", "b", "c"}});
  const auto names = names_of(measure_behaviour({always(0), {}, {}}, letters, {}));
  EXPECT_EQ(names.count("functionality/canonical"), 0U);
  EXPECT_EQ(names.count("functionality/noise"), 1U);
  EXPECT_EQ(names.count("interpretability/completeness"), 0U);
  BehaviourOptions options;
  options.digit_tests = false;  // clothes with the names of digits, for example
  const auto clothes = few_digits({16, 16, 1, numbered_class_names(10)});
  EXPECT_EQ(names_of(measure_behaviour({always(0), {}, {}}, clothes, options)), names);
}

// The costly tests use a fifteenth of the images. With a quarter of the pixels they use four times
// as many.
TEST(MeasureBehaviour, UsesMoreImagesIfTheyAreSmall) {
  const auto shown = [](int side) {
    auto subject = blind();
    std::size_t images = 0;
    subject.gradient = [&images](const Dataset& set) {
      images = set.size();
      return Attributions{std::vector<float>(set.images.size(), 1.0F),
                          std::vector<float>(set.size(), 1.0F)};
    };
    BehaviourOptions options;
    options.images = 30;
    measure_behaviour(subject, few_digits({side, side, 1, {"a", "b"}}), options);
    return images;
  };
  EXPECT_EQ(shown(56), 2U);
  EXPECT_EQ(shown(28), 2U);
  EXPECT_EQ(shown(14), 8U);
}

// Of nine images the tests of invariance use all, those of direction and confidence two thirds, and
// the costly ones a fifteenth, but at least one.
TEST(MeasureBehaviour, DividesTheImagesByTheCostOfATest) {
  BehaviourOptions options;
  options.images = 9;
  std::map<std::string, std::size_t> used;
  for (const auto& one : measure_behaviour(blind(), few_digits({28, 28, 1, {"a", "b"}}), options)) {
    used[one.name] = one.observed.n;
  }
  EXPECT_EQ(used.at("invariance/shift_1"), 9U);
  EXPECT_EQ(used.at("directional/noise"), 6U);
  EXPECT_EQ(used.at("functionality/noise"), 6U);
  EXPECT_EQ(used.at("functionality/scrambled"), 6U);
  EXPECT_EQ(used.at("interpretability/gradient_on_ink"), 1U);
}

// Without a number of images the first test shows the model 1,500, of any larger set: the
// documented width of the intervals, in seconds.
TEST(MeasureBehaviour, ShowsAtMost1500ImagesByDefault) {
  std::size_t images = 0;
  const Classifier stops = [&images](const Dataset& set) -> std::vector<double> {
    images = set.size();
    throw std::runtime_error("one set is enough");
  };
  EXPECT_THROW(measure_behaviour({stops, {}, {}}, random_dataset(1501), {}), std::runtime_error);
  EXPECT_EQ(images, 1500U);
}

}  // namespace
}  // namespace digits
