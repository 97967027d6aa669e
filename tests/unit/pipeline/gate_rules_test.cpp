#include "pipeline/gate_rules.h"

#include <algorithm>
#include <string>
#include <vector>

#include "pipeline/presets.h"
#include "support/testing.h"

namespace digits {
namespace {

// Every preset has valid gates, also one on the lead over simpler models.
TEST(Gates, EveryPresetHasItsBounds) {
  for (const auto& [name, text] : presets()) {
    SCOPED_TRACE(name);
    const auto rules = parse_gates(default_gates(), name, "configs/gates.toml");
    EXPECT_TRUE(std::any_of(rules.begin(), rules.end(), [](const GateRule& rule) {
      return rule.metric == "baselines/*/lead" && rule.at_least && rule.bound > 0.0;
    })) << "a simpler model may be as good";
  }
}

// A table gives a bound for each named preset, and the gate is omitted for the others. A number is
// the bound for all.
TEST(Gates, MayHaveABoundPerPreset) {
  const std::string text =
      "[[gate]]\nmetric = \"a\"\nreason = \"why\"\nat_most = {fast = 0.25, standard = 1}\n"
      "[[gate]]\nmetric = \"b\"\nreason = \"why\"\nat_least = 0.5\n";
  const auto fast = parse_gates(text, "fast", "test");
  const auto standard = parse_gates(text, "standard", "test");
  const auto accurate = parse_gates(text, "accurate", "test");
  ASSERT_EQ(fast.size(), 2U);
  EXPECT_EQ(fast[0].bound, 0.25);
  EXPECT_FALSE(fast[0].at_least);
  EXPECT_EQ(fast[1].bound, 0.5);
  ASSERT_EQ(standard.size(), 2U);
  EXPECT_EQ(standard[0].bound, 1.0);
  ASSERT_EQ(accurate.size(), 1U);
  EXPECT_EQ(accurate[0].metric, "b");
}

// A run without a gate for its preset in the file would be packaged unchecked.
TEST(Gates, RejectAFileWithoutAGateForThePreset) {
  const std::string text = "[[gate]]\nmetric = \"a\"\nreason = \"why\"\nat_most = {fast = 0.25}\n";
  EXPECT_EQ(parse_gates(text, "fast", "test").size(), 1U);
  expect_error("config.gates", [&] { parse_gates(text, "standard", "test"); });
}

// Every mistake in a file of gates has an error, and none is read as a gate.
TEST(Gates, RejectInvalidGates) {
  const std::string good = "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"\nat_least = 0.5\n";
  EXPECT_EQ(parse_gates(good, "fast", "good").size(), 1U);
  for (const auto& bad : std::vector<std::string>{
           "",
           "gate = 1",
           "[gate]\nmetric = \"accuracy\"",
           "gate = [1]",
           good + "at_most = 0.9",
           "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"",
           "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"\nat_least = \"0.5\"",
           "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"\nat_least = true",
           "[[gate]]\nmetric = \"accuracy\"\nat_least = 0.5",
           "[[gate]]\nreason = \"why\"\nat_least = 0.5",
           good + "at_last = 0.9",
           good + "if_measured = 1",
           good + "for_digits = 1",
           "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"\nat_least = nan",
           "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"\nat_least = -inf",
           "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"\nat_least = {fats = 0.5}",
           "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"\nat_least = {fast = \"0.5\"}",
           "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"\nat_least = {standard = nan}",
           "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"\nat_least = {}",
           "file = 1\n" + good}) {
    SCOPED_TRACE(bad);
    expect_error("config.gates", [&] { parse_gates(bad, "fast", "bad"); });
  }
  expect_error("config.syntax", [] { parse_gates("[[gate", "fast", "bad"); });
}

// The error has the file, the metric and the number that no bound can be.
TEST(Gates, NameAnImpossibleBound) {
  const std::string head = "[[gate]]\nmetric = \"accuracy\"\nreason = \"why\"\nat_least = ";
  const auto text_of = [&](const std::string& bound) {
    return std::string(error_of([&] { parse_gates(head + bound, "fast", "mine"); }).what());
  };
  EXPECT_THAT(text_of("-inf"),
              testing::HasSubstr("accuracy: bound -inf, expected a finite number"));
  EXPECT_THAT(text_of("\"0.5\""), testing::HasSubstr("accuracy: expected a number as at_least"));
}

// Every bound on behaviour is for digits, but for images without content, which are no class of any
// set, and for the sum of attributions, which is a property of the method.
TEST(Gates, ForDigitsAreAboutBehaviour) {
  for (const auto& rule : parse_gates(default_gates(), "standard", "configs/gates.toml")) {
    const bool any_image = rule.metric.find("behaviour/") != 0 ||
                           rule.metric == "behaviour/functionality/blank" ||
                           rule.metric == "behaviour/functionality/noise" ||
                           rule.metric == "behaviour/interpretability/completeness";
    EXPECT_EQ(rule.for_digits, !any_image) << rule.metric;
  }
}

}  // namespace
}  // namespace digits
