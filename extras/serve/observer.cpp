#include "serve/observer.h"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <utility>

#include "base/log.h"
#include "data/profile.h"
#include "metrics/classification.h"
#include "serve/background.h"
#include "serve/http_message.h"
#include "serve/metadata.h"
#include "serve/picture.h"

namespace digits {

namespace {

constexpr std::chrono::seconds kDriftInterval{1};

InputProfile profile_of(const DriftWindow& inputs) {
  try {
    return {with_schema(kProfileSchema, inputs.profile()), std::nullopt};
  } catch (const Error& error) {
    return {Json(), error};
  } catch (const std::exception& error) {
    return {Json(), Error("server.internal", error.what(), "please report this bug")};
  }
}

}  // namespace

struct Observer::Counts {
  Counts(const ModelFacts& model, std::size_t window)
      : facts(model), inputs(model.profile, window) {}

  const ModelFacts facts;
  DriftWindow inputs;
  ModelStats stats;
  DriftVerdict verdict;    // the latest one; guarded by mutex_
  std::size_t judged = 0;  // images added before the latest check; of the observer's thread
};

Observer::Observer(const ModelFacts& model, std::size_t window, const std::string& log)
    : window_(window),
      metrics_(model),
      log_(log),
      counts_(std::make_shared<Counts>(model, window)),
      thread_([this] { watch_inputs_until_stopped(); }) {}

Observer::~Observer() { stop(); }

void Observer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<Observer::Counts> Observer::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Observer::request_ended(const std::string& endpoint, const RequestRecord& record) {
  metrics_.request_ended(endpoint, record.status, record.milliseconds / 1000.0);
  log_.write(record);
}

void Observer::inferred(const InferRequest& request, const Inference& inference) {
  const auto now = counts();
  const auto& facts = inference.model->facts();
  // False for a model that another one has replaced meanwhile.
  const bool by_live = facts.identity.version == now->facts.identity.version;
  if (by_live && !inference.by_canary) now->stats.add(inference, request.count);
  if (inference.error) return;
  const auto classes = facts.identity.class_names.size();
  const auto labels = argmax_rows(inference.logits, classes);
  const auto probabilities = softmax_rows(inference.logits, classes);
  std::vector<double> confidences;
  std::vector<std::uint8_t> images;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    confidences.push_back(probabilities[i * classes + labels[i]]);
    const auto& schema = facts.contract.schema;
    const auto image = image_bytes(inference.images.data() + i * schema.image_bytes(), schema);
    images.insert(images.end(), image.begin(), image.end());
  }
  metrics_.inferred(inference, labels, confidences);
  if (by_live || inference.by_canary) now->inputs.add(images, labels);
}

void Observer::live_model(const ModelFacts& model) {
  metrics_.live_model(model);
  const std::lock_guard in_order(publishing_);
  const auto former = [&] {
    const std::lock_guard lock(mutex_);
    return std::exchange(counts_, std::make_shared<Counts>(model, window_));
  }();
  show_drift({}, former->verdict.state);
}

void Observer::input_profile(OnInputProfile done) {
  const std::lock_guard lock(mutex_);
  if (stopped_) {
    throw Error("server.stopping", "the server is stopping, expected no new requests",
                "use another server");
  }
  waiting_.push_back({counts_, std::move(done)});
  wake_.notify_all();
}

// Those that wait for the inputs of one model get one profile: many clients cost as much as one.
void Observer::answer(const std::vector<WaitingProfile>& waiting) {
  std::shared_ptr<const Counts> of;
  InputProfile profile;
  for (const auto& each : waiting) {
    if (each.of != of) profile = profile_of(each.of->inputs);
    of = each.of;
    each.done(profile);
  }
}

Json Observer::statistics(const RolloutCounts& rollout) const {
  const auto now = counts();
  const auto verdict = [&] {
    const std::lock_guard lock(mutex_);
    return now->verdict;
  }();
  auto document = now->stats.document(now->facts, verdict);
  add_to_statistics(document["model_stats"][0], rollout);
  return document;
}

std::string Observer::metrics_text(std::size_t images_waiting, const RolloutCounts& rollout) {
  metrics_.rollout(rollout);
  return metrics_.text(images_waiting);
}

void Observer::show_drift(const DriftVerdict& verdict, DriftState former) {
  metrics_.drift(verdict.state, verdict.tests);
  if (verdict.state == former) return;
  log_info(fmt::format("drift.{}: the latest {} inputs, compared with the training set",
                       to_string(verdict.state), verdict.count));
}

Observer::DriftCheck Observer::check_drift() const {
  const auto now = counts();
  return {now, now->inputs.verdict()};
}

void Observer::publish(const DriftCheck& check) {
  const std::lock_guard in_order(publishing_);
  std::unique_lock lock(mutex_);
  if (check.of != counts_) return;  // another model answers already
  const auto former = std::exchange(check.of->verdict, check.verdict).state;
  lock.unlock();
  show_drift(check.verdict, former);
}

void Observer::check_new_inputs() {
  const auto now = counts();
  const auto added = now->inputs.added();
  if (added == now->judged) return;
  now->judged = added;
  publish(check_drift());
}

void Observer::watch_inputs_until_stopped() {
  lower_thread_priority();
  auto next_check = Clock::now() + kDriftInterval;
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait_until(lock, next_check, [&] { return stopped_ || !waiting_.empty(); });
    if (stopped_ && waiting_.empty()) return;
    {
      const auto waiting = std::exchange(waiting_, {});
      lock.unlock();
      answer(waiting);
    }
    if (Clock::now() >= next_check) {
      check_new_inputs();
      next_check = Clock::now() + kDriftInterval;
    }
    lock.lock();
  }
}

}  // namespace digits
