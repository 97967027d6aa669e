#include "serve/canary.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"
#include "base/quantity_text.h"
#include "serve/http_status.h"

namespace digits {

namespace {

std::string reason_of(const char* name, const Quantity& share, double bound) {
  return fmt::format("{} {}, expected at most {:.1f} %", name, percent(share), 100.0 * bound);
}

}  // namespace

std::optional<std::string> CanaryJudge::reason() const {
  if (exceeds(errors(), bounds_.max_errors)) {
    return reason_of("errors", errors(), bounds_.max_errors);
  }
  if (exceeds(disagreement(), bounds_.max_disagreement)) {
    return reason_of("disagreement", disagreement(), bounds_.max_disagreement);
  }
  return std::nullopt;
}

bool is_model_failure(const Inference& inference) {
  return inference.error && http_status(inference.error->code()) == 500;
}

void to_json(Json& json, const CanaryCounts& counts) {
  json = Json{{"version", counts.version},
              {"state", counts.rollback.empty() ? "answering" : "rolled_back"},
              {"share", counts.share},
              {"requests", counts.requests},
              {"failed", counts.failed},
              {"errors", counts.errors},
              {"disagreement", counts.disagreement},
              {"agreed", counts.compared.agreed},
              {"differed", counts.compared.differed},
              {"dropped", counts.compared.dropped}};
  if (!counts.rollback.empty()) json["reason"] = counts.rollback;
}

Canary::Canary(std::shared_ptr<const ServedModel> model, std::shared_ptr<const ServedModel> live,
               double share, const CanaryBounds& bounds, std::size_t limit, OnCompared on_compared)
    : share_(share),
      bounds_(bounds),
      on_compared_(std::move(on_compared)),
      model_(std::move(model)),
      live_version_(live->facts().identity.version),
      judge_(bounds),
      comparison_(std::move(live), 1.0, limit,
                  [this](const ComparedRequest& compared) { count_images(compared); }) {}

void Canary::replace(std::shared_ptr<const ServedModel> next) {
  const std::lock_guard lock(mutex_);
  model_ = std::move(next);
  rollback_.clear();
  comparison_.restart(model_);  // an answer of an earlier canary may still be offered
  restart();
}

void Canary::replace_live(std::shared_ptr<const ServedModel> next) {
  const std::lock_guard lock(mutex_);
  live_version_ = next->facts().identity.version;
  comparison_.replace(std::move(next));
  restart();
}

void Canary::restart() {
  judge_ = CanaryJudge(bounds_);
  requests_ = failed_ = 0;
}

std::shared_ptr<const ServedModel> Canary::answering() const {
  const std::lock_guard lock(mutex_);
  return rollback_.empty() ? model_ : nullptr;
}

// The prefix makes this share independent of the shadow's: with the same hash, a canary would take
// all requests of a shadow with the same share.
bool Canary::takes(const std::string& request_id) const {
  return answering() != nullptr && in_share("canary " + request_id, share_);
}

InferenceBatch Canary::run(InferenceBatch batch, std::chrono::milliseconds patience,
                           const std::function<Clock::time_point()>& now) {
  const auto model = answering();
  if (!model) return batch;
  InferenceBatch unanswered;
  for (auto& pending : batch) {
    pending.done = [&, since = pending.since, answer = std::move(pending.done)](
                       InferRequest request, Inference inference) {
      const bool failed = is_model_failure(inference);
      if (failed || !inference.error) count_request(*model, failed);
      if (!failed) {
        inference.by_canary = true;
        answer(std::move(request), std::move(inference));
        return;
      }
      if (request.pictures.empty()) request.images = std::move(inference.images);
      unanswered.push_back({std::move(request), since, answer});
    };
  }
  run_batch(std::move(batch), model, patience, now);
  return unanswered;
}

// Without the mutex: the threads that read requests wait for it in takes(), and an offer copies all
// images. The comparison itself knows the canary whose answers count.
void Canary::offer(const std::string& request_id, const Inference& answer, std::uint64_t serial) {
  comparison_.offer(request_id, answer, serial);
}

void Canary::count_request(const ServedModel& model, bool failed) {
  const std::lock_guard lock(mutex_);
  if (&model != model_.get()) return;  // replaced meanwhile
  ++requests_;
  failed_ += failed ? 1 : 0;
  judge_.add_request(failed);
  roll_back_if_needed();
}

void Canary::count_images(const ComparedRequest& compared) {
  if (on_compared_) on_compared_(compared);
  const std::lock_guard lock(mutex_);
  const bool current = compared.live_version == model_->facts().identity.version &&
                       compared.shadow_version == live_version_;
  if (!current) return;
  for (std::size_t i = 0; i < compared.live.size(); ++i) {
    judge_.add_image(compared.live[i] != compared.shadow[i]);
  }
  roll_back_if_needed();
}

void Canary::roll_back_if_needed() {
  const auto reason = judge_.reason();
  if (!reason || !rollback_.empty()) return;
  rollback_ = *reason;
  log_warning(fmt::format("canary.rolled_back: version {}: {}: version {} answers all requests",
                          model_->facts().identity.version, *reason, live_version_));
}

CanaryCounts Canary::counts() const {
  const std::lock_guard lock(mutex_);  // held for the comparison, too: all counts are of one canary
  return {model_->facts().identity.version,
          rollback_,
          share_,
          requests_,
          failed_,
          judge_.errors(),
          judge_.disagreement(),
          comparison_.tally()};
}

}  // namespace digits
