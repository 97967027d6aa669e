#include "pipeline/gates.h"

#include <algorithm>
#include <ostream>
#include <string>
#include <vector>

#include "base/error.h"
#include "pipeline/presets.h"
#include "support/testing.h"

namespace digits {

// For failure messages.
void PrintTo(GateVerdict verdict, std::ostream* out) { *out << to_string(verdict); }

namespace {

Json evaluation() {
  return {{"accuracy", Quantity{0.95, 0.90, 0.97, 100}},
          {"loss", 0.2},
          {"calibration", {{"error", Quantity{0.02, 0.01, 0.04, 100}}}},
          {"per_class",
           {{{"name", "zero"}, {"recall", Quantity{0.9, 0.85, 0.95, 50}}},
            {{"name", "one"}, {"recall", Quantity{0.8, 0.7, 0.9, 50}}},
            {{"name", "two"}, {"recall", Quantity{0.99, 0.95, 1.0, 50}}}}}};
}

std::vector<Gate> judged(const std::string& metric, const std::string& bound) {
  return judge(evaluation(), parse_gates("[[gate]]\nmetric = \"" + metric + "\"\n" + bound +
                                             "\nreason = \"why\"\n",
                                         "fast", "test"));
}
bool passes(const std::string& metric, const std::string& bound) {
  return judged(metric, bound).at(0).verdict == GateVerdict::kPassed;
}

// An accuracy of 0.95 with a low end of 0.90 passes a bound of 0.90, and not one of 0.91. A
// quantity with an upper bound is judged by its high end.
TEST(Gates, UseTheConservativeEndOfTheInterval) {
  EXPECT_TRUE(passes("accuracy", "at_least = 0.90"));
  EXPECT_FALSE(passes("accuracy", "at_least = 0.91"));
  EXPECT_TRUE(passes("calibration/error", "at_most = 0.04"));
  EXPECT_FALSE(passes("calibration/error", "at_most = 0.03"));
}

// "*" means every class, and the worst one is named: by its low end for a lower bound, by its high
// end for an upper bound. A place is called by its name, class or factor, else by its number or
// key.
TEST(Gates, UseTheWorstOfManyValues) {
  const auto least = judged("per_class/*/recall", "at_least = 0.7").at(0);
  EXPECT_EQ(least.metric, "per_class/one/recall");
  EXPECT_EQ(least.observed.value, 0.8);
  EXPECT_EQ(least.verdict, GateVerdict::kPassed);
  EXPECT_FALSE(passes("per_class/*/recall", "at_least = 0.71"));
  EXPECT_EQ(judged("per_class/*/recall", "at_most = 1").at(0).metric, "per_class/two/recall");

  const Quantity seen{0.95, 0.9, 0.97, 100};
  Json lists;
  lists["class"].push_back(Json{{"class", "a"}, {"q", seen}});
  lists["factor"].push_back(Json{{"factor", "b"}, {"q", seen}});
  lists["number"].push_back(Json{{"q", seen}});
  lists["key"]["c"] = seen;
  std::vector<std::string> metrics;
  for (const auto* metric : {"class/*/q", "factor/*/q", "number/*/q", "key/*"}) {
    metrics.push_back(judge(lists, {{metric, 0.5, true, "why"}}).at(0).metric);
  }
  EXPECT_THAT(metrics, testing::ElementsAre("class/a/q", "factor/b/q", "number/0/q", "key/c"));
}

// Without observations the interval is the whole range, so nothing is proved.
TEST(Gates, AreUndecidedWithoutObservations) {
  const Json none{{"accuracy", proportion(0, 0)}};
  EXPECT_EQ(judge(none, {{"accuracy", 0.1, true, "why"}}).at(0).verdict, GateVerdict::kUndecided);
}

// In a set with one image of each class a difference between slices is null: no slice has another
// to compare with.
TEST(Gates, NullQuantityIsUndecided) {
  const Json one{{"factors", {{{"odds", nullptr}}, {{"odds", nullptr}}}}};
  const auto gate = judge(one, {{"factors/*/odds/difference", 0.1, false, "why"}}).at(0);
  EXPECT_EQ(gate.verdict, GateVerdict::kUndecided);
  EXPECT_EQ(gate.observed.n, 0U);
  EXPECT_EQ(verdict_note(gate), "too few images to measure it");
}

// The value 0.95 in [0.90, 0.97]: a bound below the interval passes, one above the value fails, and
// one between is undecided by these images.
TEST(Gates, HaveThreeVerdicts) {
  const auto verdict = [](const std::string& metric, const std::string& bound) {
    return judged(metric, bound).at(0).verdict;
  };
  EXPECT_EQ(verdict("accuracy", "at_least = 0.90"), GateVerdict::kPassed);
  EXPECT_EQ(verdict("accuracy", "at_least = 0.95"), GateVerdict::kUndecided);
  EXPECT_EQ(verdict("accuracy", "at_least = 0.96"), GateVerdict::kFailed);
  EXPECT_EQ(verdict("calibration/error", "at_most = 0.04"), GateVerdict::kPassed);
  EXPECT_EQ(verdict("calibration/error", "at_most = 0.02"), GateVerdict::kUndecided);
  EXPECT_EQ(verdict("calibration/error", "at_most = 0.01"), GateVerdict::kFailed);
}

// In small slices the largest of many differences is never 0, even for a fair model: 10 and 12 of
// 12 images right differ by 0.17, which may be chance; 7 and 12 of 12 differ by more than chance.
TEST(Gates, PossiblyZeroDifferenceIsUndecided) {
  const auto gate = [](std::size_t right) {
    return judge({{"gap", difference(proportion(12, 12), proportion(right, 12))}},
                 {{"gap", 0.12, false, "why"}})
        .at(0);
  };
  EXPECT_EQ(gate(10).verdict, GateVerdict::kUndecided);
  EXPECT_EQ(verdict_note(gate(10)), "24 images: it may be chance");
  EXPECT_EQ(gate(7).verdict, GateVerdict::kFailed);
}

// A failed class, 0.8 in [0.77, 0.82], decides, though another class's interval has a lower end:
// 0.34.
TEST(Gates, FailedClassOverridesAnUndecidedOne) {
  const Json both{{"per_class",
                   {{{"name", "rare"}, {"recall", proportion(2, 2)}},
                    {{"name", "lost"}, {"recall", proportion(720, 900)}}}}};
  const auto gate = judge(both, {{"per_class/*/recall", 0.9, true, "why"}}).at(0);
  EXPECT_EQ(gate.metric, "per_class/lost/recall");
  EXPECT_EQ(gate.verdict, GateVerdict::kFailed);
}

// An undecided gate gives the number of images for a decision, as text and as numbers.
TEST(Gates, UndecidedGatesNameTheNeededImages) {
  const Json rare{{"recall", proportion(33, 34)}};
  const auto gate = judge(rare, {{"recall", 0.9, true, "why"}}).at(0);
  EXPECT_EQ(verdict_note(gate),
            "34 images, 35 needed for this bound at best, about 70 at this rate");
  const Json json = gate;
  EXPECT_EQ(json.at("verdict"), "undecided");
  EXPECT_EQ(json.at("note"), verdict_note(gate));
  EXPECT_EQ(json.at("needed"), (Json{{"at_best", 35}, {"at_this_rate", 70}, {"exact", true}}));
  EXPECT_FALSE(Json(judged("accuracy", "at_least = 0.90").at(0)).contains("needed"));
}

// The configuration decides whether undecided gates are accepted. A failed gate never is.
TEST(Gates, UndecidedGatesFailWhenConfigured) {
  const auto undecided = judged("accuracy", "at_least = 0.95");
  EXPECT_TRUE(may_be_packaged(undecided, Undecided::kWarn));
  EXPECT_FALSE(may_be_packaged(undecided, Undecided::kFail));
  require_packageable(undecided, Undecided::kWarn);
  expect_error("gate.failed", [&] { require_packageable(undecided, Undecided::kFail); });
  EXPECT_FALSE(may_be_packaged(judged("accuracy", "at_least = 0.96"), Undecided::kWarn));
}

// The gate `name` of the default ones, for an observed value with n = 90.
Gate default_gate(const std::string& name, double value, const Json& shown = nullptr) {
  Json json;
  json[Json::json_pointer("/" + name)] = Quantity{value, value, value, 90};
  if (!shown.is_null()) json["shows_digits"] = shown;
  auto rules = parse_gates(default_gates(), "standard", "configs/gates.toml");
  rules.erase(std::remove_if(rules.begin(), rules.end(),
                             [&](const GateRule& rule) { return rule.metric != name; }),
              rules.end());
  return judge(json, rules).at(0);
}

std::string hint_of(const Gate& gate) {
  return error_of([&] { require_packageable({gate}, Undecided::kWarn); }).hint();
}

constexpr const char* kCanonical = "behaviour/functionality/canonical";
constexpr const char* kErase = "behaviour/directional/erase_8_to_3";
constexpr const char* kNoise = "behaviour/directional/noise";

// Classes named 0 to 9 may be no digits: a gate with a bound for digits says so, and names the
// option with which it cannot fail.
TEST(Gates, ForDigitsNameTheOptionForOtherImages) {
  for (const auto* metric : {kCanonical, kErase, kNoise}) {
    EXPECT_THAT(hint_of(default_gate(metric, 0.0)), testing::HasSubstr("--no-digit-checks"))
        << metric;
    EXPECT_EQ(hint_of(default_gate(metric, 0.95)), "");
  }
  EXPECT_THAT(hint_of(default_gate("accuracy", 0.2)),
              testing::Not(testing::HasSubstr("--no-digit-checks")));
}

// How much noise lowers the confidence, a model of handwriting shows; leaves may be as clear with
// noise. In a set of other images such a bound is kept or undecided, and any other bound holds.
TEST(Gates, ForDigitsDoNotFailAModelOfOtherImages) {
  EXPECT_EQ(default_gate(kNoise, 0.0).verdict, GateVerdict::kFailed);
  EXPECT_EQ(default_gate(kNoise, 0.0, true).verdict, GateVerdict::kFailed);
  const auto other = default_gate(kNoise, 0.0, false);
  EXPECT_EQ(other.verdict, GateVerdict::kUndecided);
  EXPECT_FALSE(other.bound_fits);
  EXPECT_THAT(verdict_note(other), testing::HasSubstr("for handwritten digits"));
  EXPECT_FALSE(may_be_packaged({other}, Undecided::kFail));
  EXPECT_EQ(default_gate(kNoise, 0.5, false).verdict, GateVerdict::kPassed);
  EXPECT_TRUE(default_gate(kNoise, 0.5, false).bound_fits);
  EXPECT_EQ(default_gate("accuracy", 0.2, false).verdict, GateVerdict::kFailed);
  expect_error("input.malformed", [] { default_gate(kNoise, 0.0, "no"); });
}

// A gate with a metric that is missing, has no interval, or is no number does not pass.
TEST(Gates, RejectUnmeasuredMetrics) {
  for (const auto* metric :
       {"acuracy", "loss", "per_class", "per_class/9/recall", "*", "accuracy/*",
        "per_class/*/precision", "per_class/*/recall/value", "/accuracy"}) {
    SCOPED_TRACE(metric);
    expect_error("config.gates", [&] { judged(metric, "at_least = 0.5"); });
  }
  auto empty = evaluation();
  empty["per_class"] = Json::array();
  expect_error("config.gates", [&] { judge(empty, {{"per_class/*/recall", 0.5, true, "why"}}); });
}

// A gate may be about a metric that only some data have. It is omitted for other data. A metric of
// null was not measured.
TEST(Gates, MayDependOnOptionalMetrics) {
  EXPECT_TRUE(judged("behaviour/erased", "at_least = 0.5\nif_measured = true").empty());
  EXPECT_EQ(judged("accuracy", "at_least = 0.5\nif_measured = true").size(), 1U);
  auto partly = evaluation();
  partly["per_class"][1]["recall"] = nullptr;
  const auto gates = judge(partly, {{"per_class/*/recall", 0.5, true, "why"}});
  EXPECT_EQ(gates.at(0).metric, "per_class/zero/recall");
  partly["accuracy"] = nullptr;
  expect_error("config.gates", [&] { judge(partly, {{"accuracy", 0.5, true, "why"}}); });
}

// The error is one short line with the number of failed gates. The table beside it names them.
TEST(Gates, ErrorCountsFailedGates) {
  const auto gates = judge(evaluation(), {{"accuracy", 0.96, true, "a"},
                                          {"per_class/*/recall", 0.5, true, "b"},
                                          {"calibration/error", 0.03, false, "c"}});
  const auto error = error_of([&] { require_packageable(gates, Undecided::kWarn); });
  EXPECT_EQ(error.code(), "gate.failed");
  EXPECT_EQ(std::string(error.what()),
            "gates: 1 of 3 passed, 1 failed, 1 undecided; nothing is packaged");
  require_packageable({gates[1]}, Undecided::kFail);
}

// The document and the note of each kind of gate, their counts, and the hint of each refusal.
TEST(Gates, AreWrittenWithTheirNotes) {
  const Quantity seen{0.95, 0.9, 0.97, 1};
  const GateRule least{"accuracy", 0.9, true, "why", false, false};
  const GateRule most{"gap", 0.5, false, "why not", false, true};
  SampleSize needed;
  needed.at_best = 35;
  needed.at_this_rate = 70;
  needed.exact = true;
  const Gate passed{least, "accuracy", seen, GateVerdict::kPassed, {}, true};
  const Gate failed{least, "accuracy", seen, GateVerdict::kFailed, {}, true};
  const Gate failed_digits{most, "gap", seen, GateVerdict::kFailed, {}, true};
  const Gate undecided{least, "accuracy", seen, GateVerdict::kUndecided, needed, true};
  const Gate by_chance{most, "gap", seen, GateVerdict::kUndecided, {}, true};
  const Gate unmeasured{most, "gap", proportion(0, 0), GateVerdict::kUndecided, {}, true};
  const Gate other_images{most, "gap", seen, GateVerdict::kUndecided, {}, false};
  EXPECT_EQ(Json(passed), (Json{{"metric", "accuracy"},
                                {"observed", seen},
                                {"at_least", 0.9},
                                {"verdict", "passed"},
                                {"reason", "why"}}));
  EXPECT_EQ(Json(failed_digits), (Json{{"metric", "gap"},
                                       {"observed", seen},
                                       {"at_most", 0.5},
                                       {"verdict", "failed"},
                                       {"reason", "why not"},
                                       {"note", "the bound is for handwritten digits"}}));
  EXPECT_EQ(Json(by_chance), (Json{{"metric", "gap"},
                                   {"observed", seen},
                                   {"at_most", 0.5},
                                   {"verdict", "undecided"},
                                   {"reason", "why not"},
                                   {"needed", SampleSize()},
                                   {"note", "1 image: it may be chance"}}));
  EXPECT_EQ(verdict_note(passed), "");
  EXPECT_EQ(verdict_note(failed), "");
  EXPECT_EQ(verdict_note(undecided),
            "1 image, 35 needed for this bound at best, about 70 at this rate");
  EXPECT_EQ(verdict_note(unmeasured), "too few images to measure it");
  EXPECT_EQ(verdict_note(other_images),
            "the bound is for handwritten digits: set one for your images");
  EXPECT_EQ(summary({passed, failed, failed_digits, undecided, by_chance, unmeasured}),
            "1 of 6 passed, 2 failed, 3 undecided");

  const auto refusal = [](const std::vector<Gate>& gates) {
    return one_line(error_of([&] { require_packageable(gates, Undecided::kFail); }));
  };
  EXPECT_EQ(error_code([&] { require_packageable({passed}, Undecided::kFail); }), "no error");
  EXPECT_EQ(refusal({passed, undecided}),
            "digits: gate.failed: gates: 1 of 2 passed, 1 undecided; nothing is packaged (hint: "
            "more test images decide it, or bounds of your own with --gates; or accept it with "
            "gates.undecided = \"warn\")");
  EXPECT_EQ(refusal({failed, by_chance}),
            "digits: gate.failed: gates: 0 of 2 passed, 1 failed, 1 undecided; nothing is packaged "
            "(hint: report.html shows the worst mistakes; train longer or on more images, or give "
            "bounds of your own with --gates)");
  EXPECT_EQ(refusal({failed, failed_digits}),
            "digits: gate.failed: gates: 0 of 2 passed, 2 failed; nothing is packaged (hint: "
            "report.html shows the worst mistakes; train longer or on more images; if the images "
            "are not handwritten digits: digits evaluate RUN --no-digit-checks, then digits "
            "package RUN)");
}

}  // namespace
}  // namespace digits
