#include "serve/live_accuracy.h"

#include "serve/outcome_window.h"

namespace digits {

namespace {

constexpr double kTolerated = 1.5;  // of the packaged error

}  // namespace

const char* to_string(AccuracyState state) {
  switch (state) {
    case AccuracyState::kOk:
      return "ok";
    case AccuracyState::kDropped:
      return "dropped";
    default:
      return "too_few";
  }
}

void to_json(Json& json, const LiveAccuracy& accuracy) {
  json = Json{{"version", accuracy.version},
              {"state", to_string(accuracy.state)},
              {"wrong_share", accuracy.wrong_share},
              {"packaged_accuracy", accuracy.packaged}};
}

LiveAccuracy live_accuracy(const ModelFacts& live, const FeedbackCounts& feedback) {
  LiveAccuracy accuracy{live.identity.version, proportion(0, 0), live.accuracy};
  const auto images = feedback.models.find(live.identity.version);
  if (images == feedback.models.end()) return accuracy;
  accuracy.wrong_share = images->second.wrong_share;
  if (accuracy.wrong_share.n < kMinOutcomes || live.accuracy.n == 0) return accuracy;
  const bool dropped = exceeds(accuracy.wrong_share, kTolerated * (1.0 - live.accuracy.low));
  accuracy.state = dropped ? AccuracyState::kDropped : AccuracyState::kOk;
  return accuracy;
}

}  // namespace digits
