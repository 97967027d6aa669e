#include "serve/rollout_metrics.h"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <string>
#include <utility>
#include <vector>

namespace digits {

namespace {

using GaugeFamily = prometheus::Family<prometheus::Gauge>;

GaugeFamily& gauges(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

using Outcomes = std::vector<std::pair<const char*, std::size_t>>;

void set_outcomes(GaugeFamily& family, const Outcomes& outcomes, const prometheus::Labels& labels) {
  for (const auto& [outcome, count] : outcomes) {
    auto all = labels;
    all["outcome"] = outcome;
    family.Add(all).Set(static_cast<double>(count));
  }
}

void write_shadow(prometheus::Registry& registry, const ShadowCounts& tally) {
  set_outcomes(
      gauges(registry, "digits_shadow_images", "Images that the shadow has seen, by outcome"),
      {{"agreed", tally.agreed},
       {"differed", tally.differed},
       {"dropped", tally.dropped},
       {"failed", tally.failed}},
      {});
  gauges(registry, "digits_shadow_agreement_low", "Low end of the agreement's 95 % interval")
      .Add({})
      .Set(tally.agreement().low);
  gauges(registry, "digits_shadow_slowdown", "The shadow's computing time over the live model's")
      .Add({})
      .Set(tally.slowdown());
}

void write_canary(prometheus::Registry& registry, const CanaryCounts& counts) {
  const bool answering = counts.rollback.empty();
  auto& state = gauges(registry, "digits_canary_state", "1 for the state of the canary");
  state.Add({{"state", "answering"}}).Set(answering ? 1 : 0);
  state.Add({{"state", "rolled_back"}}).Set(answering ? 0 : 1);
  set_outcomes(
      gauges(registry, "digits_canary_requests", "Requests that the canary computed, or failed to"),
      {{"answered", counts.requests - counts.failed}, {"failed", counts.failed}}, {});
  set_outcomes(gauges(registry, "digits_canary_images",
                      "Images of the canary, compared with the live model, by outcome"),
               {{"agreed", counts.compared.agreed},
                {"differed", counts.compared.differed},
                {"dropped", counts.compared.dropped}},
               {});
  gauges(registry, "digits_canary_disagreement_low",
         "Low end of the disagreement's 95 % interval, over the latest images")
      .Add({})
      .Set(counts.disagreement.low);
}

void write_feedback(prometheus::Registry& registry, const FeedbackCounts& counts) {
  gauges(registry, "digits_feedback_labels", "Images whose true label arrived")
      .Add({})
      .Set(static_cast<double>(counts.labels));
  gauges(registry, "digits_feedback_unknown", "Feedback for requests that are not remembered")
      .Add({})
      .Set(static_cast<double>(counts.unknown));
  auto& images = gauges(registry, "digits_feedback_images",
                        "Images with a true label, by version and outcome");
  for (const auto& [version, of] : counts.models) {
    set_outcomes(images, {{"right", of.right}, {"wrong", of.wrong}}, {{"version", version}});
  }
  auto& pairs = gauges(registry, "digits_feedback_pairs",
                       "Images with a true label that two versions predicted, by outcome");
  for (const auto& [versions, of] : counts.pairs) {
    set_outcomes(pairs,
                 {{"both_right", of.both_right},
                  {"both_wrong", of.both_wrong},
                  {"answered_only", of.answered_only},
                  {"compared_only", of.compared_only}},
                 {{"answered", versions.first}, {"compared", versions.second}});
  }
}

void write_live(prometheus::Registry& registry, const LiveAccuracy& live) {
  auto& state = gauges(registry, "digits_live_accuracy_state",
                       "1 for the state of the live model's accuracy, compared with its package");
  for (const auto each : {AccuracyState::kTooFew, AccuracyState::kOk, AccuracyState::kDropped}) {
    state.Add({{"state", to_string(each)}}).Set(each == live.state ? 1 : 0);
  }
  gauges(registry, "digits_live_wrong_share_low",
         "Low end of the 95 % interval of the live model's wrong answers, of the latest labels")
      .Add({})
      .Set(live.wrong_share.low);
}

}  // namespace

void write_rollout(prometheus::Registry& registry, const RolloutCounts& counts) {
  if (counts.shadow) write_shadow(registry, *counts.shadow);
  if (counts.canary) write_canary(registry, *counts.canary);
  write_feedback(registry, counts.feedback);
  if (counts.live) write_live(registry, *counts.live);
}

}  // namespace digits
