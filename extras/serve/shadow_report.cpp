#include "serve/shadow_report.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/quantity_text.h"
#include "base/statistics.h"
#include "metrics/comparison.h"
#include "serve/feedback.h"

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

ShadowCheck check_accuracy(const PairedCounts& counts, const ShadowBounds& bounds) {
  constexpr double kAlpha = 0.05;
  const auto difference = paired_difference(counts);
  const double p = mcnemar_p(counts);
  ShadowCheck check{
      "accuracy",
      fmt::format("{} points, lost {}, gained {}, p = {:.3f}, n = {}", points(difference),
                  counts.lost, counts.gained, p, counts.n),
      fmt::format("at least {:+.1f} points, no loss with p < {}", -100.0 * bounds.max_loss, kAlpha),
      ShadowVerdict::kUndecided};
  if (counts.lost > counts.gained && p < kAlpha) {
    check.verdict = ShadowVerdict::kFailed;
  } else if (difference.low >= -bounds.max_loss) {
    check.verdict = ShadowVerdict::kPassed;
  }
  return check;
}

// The labelled images; 0 of them for a server that counts none.
PairedCounts labelled_images(const Json& shadow) {
  LabelledPairs pairs;
  if (!shadow.contains("labelled")) return pairs.paired();
  pairs.both_right = json_at<std::size_t>(shadow, "/labelled/both_right", "data");
  pairs.both_wrong = json_at<std::size_t>(shadow, "/labelled/both_wrong", "data");
  pairs.answered_only = json_at<std::size_t>(shadow, "/labelled/answered_only", "data");
  pairs.compared_only = json_at<std::size_t>(shadow, "/labelled/compared_only", "data");
  return pairs.paired();
}

}  // namespace

std::vector<ShadowCheck> judge_shadow(const Json& statistics, const ShadowBounds& bounds) {
  const auto shadow = json_at<Json>(statistics, "/model_stats/0/shadow", "data");
  const auto failed = json_at<std::size_t>(shadow, "/failed", "data");
  const auto slowdown = json_at<double>(shadow, "/slowdown", "data");
  const auto labelled = labelled_images(shadow);
  const auto agreement = json_at<Quantity>(shadow, "/agreement", "data");
  return {
      labelled.n >= bounds.min_labels ? check_accuracy(labelled, bounds)
                                      : check_agreement(agreement, bounds),
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
