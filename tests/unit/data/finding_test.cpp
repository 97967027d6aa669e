#include "data/finding.h"

#include "base/error.h"
#include "support/testing.h"

namespace digits {
namespace {

// The stage stops on errors, with the finding's own code. On warnings it stops when configured, but
// reports an error first.
TEST(RequireAcceptable, ThrowsAtTheConfiguredSeverity) {
  const Finding warning{"data.duplicate", Severity::kWarning, "m"};
  const Finding error{"data.inverted", Severity::kError, "m"};
  require_acceptable({warning}, Severity::kError, "x");
  require_acceptable({}, Severity::kWarning, "x");
  expect_error("data.inverted", [&] {
    require_acceptable({warning, error}, Severity::kError, "x");
  });
  expect_error("data.duplicate", [&] { require_acceptable({warning}, Severity::kWarning, "x"); });
  expect_error("data.inverted", [&] {
    require_acceptable({warning, error}, Severity::kWarning, "x");
  });
}

// A note stops nothing.
TEST(RequireAcceptable, AcceptsNotes) {
  const Finding note{"data.parts", Severity::kNote, "m"};
  require_acceptable({note}, Severity::kWarning, "x");
}

// The hint is the finding's own: it says what to do.
TEST(RequireAcceptable, GivesTheHintOfTheFinding) {
  const Finding inverted{"data.inverted", Severity::kError, "m", "add --invert"};
  const auto error = error_of([&] { require_acceptable({inverted}, Severity::kError, "x"); });
  EXPECT_EQ(error.hint(), "add --invert");
}

// The whole document of a finding: it has a hint only if the finding has one.
TEST(Finding, IsWrittenAsADocument) {
  const Finding inverted{"data.inverted", Severity::kError, "m", "add --invert", {4, 7}};
  EXPECT_EQ(Json(inverted).dump(),
            R"({"code":"data.inverted","severity":"error","message":"m","first":[4,7],)"
            R"("hint":"add --invert"})");
  const Finding note{"data.parts", Severity::kNote, "m"};
  EXPECT_EQ(Json(note).dump(),
            R"({"code":"data.parts","severity":"note","message":"m","first":[]})");
}

TEST(Severity, HasAName) {
  EXPECT_STREQ(to_string(Severity::kNote), "note");
  EXPECT_STREQ(to_string(Severity::kWarning), "warning");
  EXPECT_STREQ(to_string(Severity::kError), "error");
}

TEST(SeverityOf, AcceptsTwoNames) {
  EXPECT_EQ(severity_of("error"), Severity::kError);
  EXPECT_EQ(severity_of("warning"), Severity::kWarning);
  expect_error("config.value", [] { severity_of("Warning"); });
}

}  // namespace
}  // namespace digits
