#include "cli/output.h"

#include "support/testing.h"

namespace digits {
namespace {

std::vector<Gate> three_gates() {
  return judge({{"accuracy", Quantity{0.99, 0.98, 1.0, 500}},
                {"recall", proportion(34, 34)},
                {"behaviour", {{"functionality", {{"canonical", proportion(45, 90)}}}}}},
               {{"accuracy", 0.9, true, "first"},
                {"recall", 0.9, true, "second"},
                {"behaviour/functionality/canonical", 0.9, true, "third", false, true}});
}

// A row per gate, as wide as the longest metric, with verdict and reason. An undecided gate has the
// number of images that it needs, and a failed gate with a bound for digits a note.
TEST(GateTable, ShowsVerdictsAndReasons) {
  EXPECT_EQ(gate_table(three_gates()),
            "metric                             observed, 95 % interval        n      bound  "
            "verdict   reason\n"
            "accuracy                           0.9900 [0.9800, 1.0000]      500     >= 0.9  "
            "passed    first\n"
            "recall                             1.0000 [0.8985, 1.0000]       34     >= 0.9  "
            "undecided second; 34 images, 35 needed for this bound at best, about 35 at this rate\n"
            "behaviour/functionality/canonical  0.5000 [0.3988, 0.6012]       90     >= 0.9  "
            "FAILED    third; the bound is for handwritten digits\n"
            "gates: 1 of 3 passed, 1 failed, 1 undecided\n");
}

// After a run only gates that did not pass are shown. When all passed, only their number is shown.
TEST(GateTable, OmitsPassedGates) {
  const auto gates = three_gates();
  const auto table = gate_table(gates, false);
  EXPECT_THAT(table, testing::Not(testing::HasSubstr("first")));
  EXPECT_THAT(table, testing::HasSubstr("second"));
  EXPECT_EQ(gate_table({gates[0]}, false), "gates: 1 of 1 passed\n");
}

}  // namespace
}  // namespace digits
