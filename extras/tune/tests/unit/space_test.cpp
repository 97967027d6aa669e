#include "tune/space.h"

#include <cmath>
#include <set>
#include <string>
#include <utility>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

using testing::ElementsAre;

const char* const kSpaceText =
    "train.learning_rate = {low = 0.005, high = 0.1, scale = \"log\"}\n"
    "\"train.batch_size\" = [16, 32]\n"
    "[augment]\n"
    "rotation = {low = 0, high = 15}\n";

Space space_of(const std::string& text) { return parse_space(text, "space.toml", Config()); }

double number_in(const std::string& assignment) {
  return std::stod(assignment.substr(assignment.find('=') + 1));
}

// Keys may be dotted, quoted or below a table; the order of the file does not matter.
TEST(ParseSpace, ReadsListsAndRanges) {
  EXPECT_EQ(to_text(space_of(kSpaceText)),
            "augment.rotation = 0 to 15, linear\n"
            "train.batch_size = [16, 32]\n"
            "train.learning_rate = 0.005 to 0.1, log");
  EXPECT_EQ(to_text(space_of("train.learning_rate = [0.2, 15.0, 1]")),
            "train.learning_rate = [0.2, 15.0, 1]");
  EXPECT_EQ(to_text(space_of("train.epochs = {low = 1, high = 8}")),
            "train.epochs = 1 to 8, linear, whole");
  EXPECT_EQ(to_text(space_of("network.blocks = [[[4]], [[4], [8, 8]]]\n"
                             "train.precision = [\"float32\"]")),
            "network.blocks = [[[4]], [[4], [8, 8]]]\ntrain.precision = ['float32']");
}

// The space that the nightly workflow searches.
TEST(ParseSpace, ReadsTheExample) {
  const auto text = read_file(source_path("extras/tune/space.toml"));
  EXPECT_EQ(parse_space(text, "space.toml", preset_config("fast")).size(), 5U);
}

// Each message says what the space has, and what it should have.
struct InvalidSpace {
  const char* text;
  const char* message;
};
constexpr InvalidSpace kInvalidSpaces[] = {
    {"", "the space has 0 keys, expected at least one"},
    {"train.epochs = []", "train.epochs is an empty list, expected at least one value"},
    {"train.epochs = 3", "train.epochs is 3, expected a list or a range"},
    {"train.epochs = {low = 1}", "train.epochs has no high, expected both low and high"},
    {"train.epochs = {high = 8}", "train.epochs has no low, expected both low and high"},
    {"train.epochs = {scale = \"log\"}", "train.epochs has no low, expected both low and high"},
    {"train.epochs = {low = 2, high = 2}",
     "train.epochs has low = 2, high = 2, expected low below high"},
    {"train.learning_rate = {low = 0.2, high = 0.1}",
     "train.learning_rate has low = 0.2, high = 0.1, expected low below high"},
    {"train.weight_decay = {low = 0.0, high = 0.1, scale = \"log\"}",
     "train.weight_decay has low = 0, expected low above 0 for scale \"log\""},
    {"train.learning_rate = {low = 0.01, high = 0.1, scale = \"cubic\"}",
     "train.learning_rate has scale cubic, expected \"log\" or \"linear\""},
    {"train.learning_rate = {low = 0.01, high = 0.1, scale = 3}",
     "train.learning_rate has scale 3, expected \"log\" or \"linear\""},
    {"train.learning_rate = {low = 0.01, high = 0.1, step = 0.01}",
     "train.learning_rate has the key step, expected low, high and scale"},
    {"train.precision = {low = \"bfloat16\", high = \"float32\"}",
     "train.precision has low = 'bfloat16', expected a number"},
    {"seed = [1, 2]", "sets seed, expected keys of network, train and augment"},
    {"data.validation_share = [0.1, 0.2]",
     "sets data, expected keys of network, train and augment"},
    {"\"train.epochs\" = [1, 2]\n[train]\nepochs = [3]",
     "train.epochs is given twice, expected once"}};

TEST(ParseSpace, RejectsInvalidSpaces) {
  for (const auto& invalid : kInvalidSpaces) {
    const auto error = error_of([&] { space_of(invalid.text); });
    EXPECT_EQ(error.code(), "config.space") << invalid.text;
    EXPECT_EQ(error.what(), std::string("space.toml: ") + invalid.message);
  }
}

// The rules of a configuration file hold for each value and each bound.
TEST(ParseSpace, ChecksValuesAsTheConfigurationDoes) {
  expect_error("config.unknown_key", [] { space_of("train.epoch = [1]"); });
  expect_error("config.type", [] { space_of("train.epochs = [1, 2.5]"); });
  expect_error("config.type", [] { space_of("train.epochs = {low = 1, high = 2.5}"); });
  expect_error("config.type", [] { space_of("train.precision = {low = 1, high = 2}"); });
  expect_error("config.value", [] { space_of("augment.rotation = {low = 0, high = 200}"); });
  expect_error("config.syntax", [] { space_of("train.epochs = ["); });
}

// Known answers: another generator, stream or order of draws would change them.
TEST(Draw, MatchesKnownAnswers) {
  const auto space = space_of(kSpaceText);
  EXPECT_THAT(draw(space, 3, 1), ElementsAre("augment.rotation = 12.23", "train.batch_size = 32",
                                             "train.learning_rate = 0.007766"));
  EXPECT_THAT(draw(space, 3, 4), ElementsAre("augment.rotation = 12.97", "train.batch_size = 16",
                                             "train.learning_rate = 0.04717"));
}

// Of whole numbers, too. Computed by another program: Philox, and 2 (10 / 2)^u rounded down.
TEST(Draw, MatchesKnownWholeNumbers) {
  const auto space = space_of(
      "train.batch_size = {low = 2, high = 9, scale = \"log\"}\n"
      "train.epochs = {low = 1, high = 4}\n");
  const auto values = [&](std::uint64_t trial) {
    const auto drawn = draw(space, 3, trial);
    return std::pair(number_in(drawn[0]), number_in(drawn[1]));
  };
  EXPECT_EQ(values(1), std::pair(7.0, 3.0));
  EXPECT_EQ(values(2), std::pair(2.0, 4.0));
  EXPECT_EQ(values(3), std::pair(3.0, 2.0));
  EXPECT_EQ(values(4), std::pair(8.0, 1.0));
}

// 600 draws stay in the range, reach both of its halves, and whole ones reach both ends.
TEST(Draw, StaysInTheRange) {
  const auto space = space_of(
      "augment.rotation = {low = 2, high = 15}\n"
      "train.batch_size = {low = 2, high = 9, scale = \"log\"}\n"
      "train.epochs = {low = 1, high = 4}\n"
      "train.learning_rate = {low = 0.01, high = 0.1}\n");
  std::set<double> sizes, epochs;
  int low_rotations = 0;
  for (std::uint64_t k = 1; k <= 600; ++k) {
    const auto drawn = draw(space, test_seed(), k);
    const double rotation = number_in(drawn[0]);
    EXPECT_TRUE(rotation >= 2.0 && rotation <= 15.0) << drawn[0];
    low_rotations += rotation < 8.5 ? 1 : 0;
    sizes.insert(number_in(drawn[1]));
    epochs.insert(number_in(drawn[2]));
    EXPECT_EQ(drawn[2], "train.epochs = " + std::to_string(std::lround(number_in(drawn[2]))));
  }
  EXPECT_THAT(sizes, ElementsAre(2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(epochs, ElementsAre(1, 2, 3, 4));
  EXPECT_NEAR(low_rotations, 300, 75);  // six standard deviations
}

// Half of the values of a logarithmic range lie below its geometric mean: 0.01 of 0.0001 to 1.
TEST(Draw, LogarithmIsUniform) {
  const auto space = space_of("train.learning_rate = {low = 0.0001, high = 1.0, scale = \"log\"}");
  int below = 0;
  for (std::uint64_t k = 1; k <= 600; ++k) {
    const double rate = number_in(draw(space, test_seed(), k).front());
    EXPECT_TRUE(rate >= 0.0001 && rate <= 1.0) << rate;
    below += rate < 0.01 ? 1 : 0;
  }
  EXPECT_NEAR(below, 300, 75);
}

// A list gives each of its values.
TEST(Draw, ChoosesEachValue) {
  const auto space = space_of("network.blocks = [[[4]], [[8], [8]]]");
  std::set<std::string> seen;
  for (std::uint64_t k = 1; k <= 60; ++k) seen.insert(draw(space, test_seed(), k).front());
  EXPECT_THAT(seen, ElementsAre("network.blocks = [[4]]", "network.blocks = [[8], [8]]"));
}

// Trial 0 is the base; trial k is the same in a longer search and another with another seed.
TEST(SearchTrials, DoNotDependOnTheirNumber) {
  const auto space = space_of(kSpaceText);
  Config base;
  base.seed = static_cast<std::int64_t>(test_seed() % 1000);
  const auto few = search_trials(space, base, 2);
  const auto many = search_trials(space, base, 9);
  ASSERT_EQ(many.size(), 10U);
  EXPECT_TRUE(many[0].is_base());
  EXPECT_EQ(to_toml(many[0].config), to_toml(base));
  for (std::size_t k = 0; k < few.size(); ++k) {
    EXPECT_EQ(few[k].id, many[k].id);
    EXPECT_EQ(to_toml(few[k].config), to_toml(many[k].config));
  }
  EXPECT_NE(many[1].changes, many[2].changes);
  ++base.seed;
  EXPECT_NE(search_trials(space, base, 1)[1].changes, few[1].changes);
}

// A drawn configuration has the drawn values, and the base's others.
TEST(SearchTrials, ChangeTheBase) {
  Config base;
  base.train.min_steps = 100;
  base.augment.shift = 2.0;
  const auto trials = search_trials(space_of("train.epochs = [7]"), base, 1);
  EXPECT_EQ(trials[1].config.train.epochs, 7);
  EXPECT_EQ(trials[1].config.train.min_steps, 0) << "a file that sets the epochs does the same";
  EXPECT_EQ(trials[1].config.augment.shift, 2.0);
  EXPECT_EQ(changes_text(trials[1]), "train.epochs = 7");
}

}  // namespace
}  // namespace digits
