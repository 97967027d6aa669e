#include "serve/rollout.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/error.h"
#include "metrics/classification.h"

namespace digits {

namespace {

void require_schema(const Schema& schema, const ServedModel& model) {
  const auto& facts = model.facts();
  if (facts.contract.schema == schema) return;
  throw Error("model.mismatch",
              fmt::format("version {} is of {}, expected the schema of the live version",
                          facts.identity.version, Json(facts.contract.schema).dump()),
              "start another server for another kind of model");
}

// Removes the canary's requests from the batch, and returns them.
InferenceBatch take_canary_requests(InferenceBatch& batch) {
  const auto first = std::stable_partition(batch.begin(), batch.end(),
                                           [](const auto& pending) { return !pending.for_canary; });
  InferenceBatch taken(std::make_move_iterator(first), std::make_move_iterator(batch.end()));
  batch.erase(first, batch.end());
  return taken;
}

}  // namespace

void add_to_statistics(Json& model, const RolloutCounts& counts) {
  model["feedback"] = counts.feedback;
  if (counts.live) model["feedback"]["live"] = *counts.live;
  if (counts.canary) model["canary"] = *counts.canary;
  if (!counts.shadow) return;
  model["shadow"] = *counts.shadow;
  const auto& pairs = counts.feedback.pairs;
  const auto labelled = pairs.find({counts.shadow->live_version, counts.shadow->shadow_version});
  model["shadow"]["labelled"] = labelled == pairs.end() ? LabelledPairs() : labelled->second;
}

Rollout::Rollout(const RolloutOptions& options, const std::shared_ptr<const ServedModel>& live,
                 std::size_t limit)
    : schema_(live->facts().contract.schema), feedback_(options.feedback_requests) {
  const auto remember = [this](const ComparedRequest& request) {
    feedback_.compared(request.id, request.serial, request.shadow_version, request.shadow);
  };
  if (options.shadow) {
    require_schema(schema_, *options.shadow);
    shadow_ = std::make_unique<Shadow>(options.shadow, options.shadow_share, limit, remember);
  }
  if (options.canary) {
    require_schema(schema_, *options.canary);
    canary_ = std::make_unique<Canary>(options.canary, live, options.canary_share,
                                       options.canary_bounds, limit, remember);
  }
}

void Rollout::replace_live(const std::shared_ptr<const ServedModel>& live) {
  require_schema(schema_, *live);
  if (shadow_) shadow_->restart(live);
  if (canary_) canary_->replace_live(live);
}

void Rollout::replace_shadow(std::shared_ptr<const ServedModel> next) {
  require_schema(schema_, *next);
  shadow_->replace(std::move(next));
}

void Rollout::replace_canary(std::shared_ptr<const ServedModel> next) {
  require_schema(schema_, *next);
  canary_->replace(std::move(next));
}

bool Rollout::canary_takes(const std::string& request_id) const {
  return canary_ && canary_->takes(request_id);
}

void Rollout::run(InferenceBatch batch, const std::shared_ptr<const ServedModel>& live,
                  std::chrono::milliseconds patience,
                  const std::function<Clock::time_point()>& now) {
  auto theirs = take_canary_requests(batch);
  if (!batch.empty()) run_batch(std::move(batch), live, patience, now);
  if (theirs.empty()) return;
  auto unanswered = canary_->run(std::move(theirs), patience, now);
  if (!unanswered.empty()) run_batch(std::move(unanswered), live, patience, now);
}

void Rollout::answered(const std::string& request_id, const Inference& answer) {
  const auto& identity = answer.model->facts().identity;
  const auto serial = feedback_.answered(request_id, identity.version,
                                         argmax_rows(answer.logits, identity.class_names.size()));
  if (answer.by_canary) {
    canary_->offer(request_id, answer, serial);
  } else if (shadow_) {
    shadow_->offer(request_id, answer, serial);
  }
}

void Rollout::wait_until_idle() const {
  if (shadow_) shadow_->wait_until_idle();
  if (canary_) canary_->wait_until_idle();
}

RolloutCounts Rollout::counts() const {
  RolloutCounts counts;
  if (shadow_) counts.shadow = shadow_->tally();
  if (canary_) counts.canary = canary_->counts();
  counts.feedback = feedback_.counts();
  return counts;
}

}  // namespace digits
