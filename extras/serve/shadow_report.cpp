#include "serve/shadow_report.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/statistics.h"
#include "cli/output.h"

namespace digits {

namespace {

ShadowVerdict verdict_of(bool passed) {
  return passed ? ShadowVerdict::kPassed : ShadowVerdict::kFailed;
}

ShadowCheck check_agreement(const Quantity& agreement, const ShadowBounds& bounds) {
  ShadowCheck check{"agreement", percent(agreement),
                    fmt::format("at least {:.1f} % of at least {} images",
                                100.0 * bounds.min_agreement, bounds.min_images),
                    ShadowVerdict::kUndecided};
  if (agreement.high < bounds.min_agreement) {
    check.verdict = ShadowVerdict::kFailed;
  } else if (agreement.n >= bounds.min_images && agreement.low >= bounds.min_agreement) {
    check.verdict = ShadowVerdict::kPassed;
  }
  return check;
}

}  // namespace

std::vector<ShadowCheck> judge_shadow(const Json& statistics, const ShadowBounds& bounds) {
  const auto shadow = json_at<Json>(statistics, "/model_stats/0/shadow", "data");
  const auto failed = json_at<std::size_t>(shadow, "/failed", "data");
  const auto slowdown = json_at<double>(shadow, "/slowdown", "data");
  return {
      check_agreement(json_at<Quantity>(shadow, "/agreement", "data"), bounds),
      {"failures", std::to_string(failed), "0", verdict_of(failed == 0)},
      {"slowdown", slowdown > 0.0 ? fmt::format("{:.2f}", slowdown) : "not timed yet",
       fmt::format("at most {:.2f}", bounds.max_slowdown),
       slowdown > 0.0 ? verdict_of(slowdown <= bounds.max_slowdown) : ShadowVerdict::kUndecided},
  };
}

void require_passed(const std::vector<ShadowCheck>& checks) {
  for (const auto& check : checks) {
    if (check.verdict == ShadowVerdict::kPassed) continue;
    throw Error("gate.shadow",
                fmt::format("{}: {}, expected {}", check.name, check.seen, check.expected),
                check.verdict == ShadowVerdict::kFailed ? "keep the live version"
                                                        : "collect more traffic for the shadow");
  }
}

}  // namespace digits
