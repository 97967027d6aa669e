#include "serve/batch_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "serve/infer_response.h"
#include "serve/picture.h"

namespace digits {

namespace {

constexpr const char* kRetryHint = "try again later, or after the Retry-After of the response";

std::size_t bytes_of(const InferRequest& request) {
  auto bytes = request.images.size() * sizeof(float);
  for (const auto& picture : request.pictures) bytes += picture.size();
  return bytes;
}

// Throws server.late for a request that has waited too long: its client has given up.
void require_in_time(Clock::duration waited, std::chrono::milliseconds patience) {
  if (waited < patience) return;
  throw Error("server.late",
              fmt::format("the request waited for {} ms, expected less than {}",
                          std::chrono::duration_cast<std::chrono::milliseconds>(waited).count(),
                          patience.count()),
              kRetryHint);
}

// One request of a batch during its computation.
struct BatchedRequest {
  PendingInference pending;
  Inference inference;
};

// Calls `action`; an exception becomes the inference's error.
template <typename Action>
void or_error(Inference& inference, const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    inference.error = error;
  } catch (const std::exception& error) {
    const std::string text = error.what();
    inference.error = Error("server.internal", text.substr(0, text.find('\n')),
                            "this is a bug: please report it");
  }
}

void compute(std::vector<BatchedRequest>& members, const ServedModel& model) {
  std::vector<float> images;
  for (const auto& member : members) {
    if (member.inference.error) continue;
    const auto& own = member.inference.images;
    images.insert(images.end(), own.begin(), own.end());
  }
  const auto& facts = model.facts();
  const auto count = images.size() / facts.contract.schema.image_bytes();
  if (count == 0) return;
  Inference together;
  or_error(together, [&] { together.logits = model.logits(images.data(), count); });
  auto next = together.logits.begin();
  for (auto& [pending, inference] : members) {
    if (inference.error) continue;
    inference.error = together.error;
    if (inference.error) continue;
    const auto size = pending.request.count * facts.identity.class_names.size();
    const auto end = next + static_cast<std::ptrdiff_t>(size);
    inference.logits.assign(next, end);
    inference.batch = count;
    next = end;
    or_error(inference, [&logits = inference.logits] { require_finite(logits); });
  }
}

}  // namespace

void BatchQueue::push(PendingInference pending) {
  const auto count = pending.request.count;
  const auto bytes = bytes_of(pending.request);
  const std::lock_guard lock(mutex_);
  if (closed_) {
    throw Error("server.stopping", "the server is stopping, expected no new requests", kRetryHint);
  }
  if (images_ > 0 && images_ + count > limit_) {
    throw Error("server.busy",
                fmt::format("{} images are waiting, expected at most {}", images_, limit_),
                kRetryHint);
  }
  if (images_ > 0 && bytes_ + bytes > max_bytes_) {
    throw Error("server.busy",
                fmt::format("{} bytes are waiting, expected at most {} with this request's {}",
                            bytes_, max_bytes_, bytes),
                kRetryHint);
  }
  images_ += count;
  bytes_ += bytes;
  pending_.push_back(std::move(pending));
  changed_.notify_one();
}

InferenceBatch BatchQueue::take() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return closed_ || !pending_.empty(); });
  return take_front();
}

InferenceBatch BatchQueue::take_front() {
  InferenceBatch batch;
  std::size_t images = 0;
  while (!pending_.empty()) {
    const auto& next = pending_.front().request;
    const bool alone = !next.pictures.empty();
    if (!batch.empty() && (alone || images + next.count > max_batch_)) break;
    images += next.count;
    bytes_ -= bytes_of(next);
    batch.push_back(std::move(pending_.front()));
    pending_.pop_front();
    if (alone) break;
  }
  images_ -= images;
  return batch;
}

void BatchQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::size_t BatchQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return images_;
}

void run_batch(InferenceBatch batch, const std::shared_ptr<const ServedModel>& model,
               std::chrono::milliseconds patience, const std::function<Clock::time_point()>& now) {
  const auto start = now();
  std::vector<BatchedRequest> members;
  for (auto& pending : batch) members.push_back({std::move(pending), {}});
  for (auto& [pending, inference] : members) {
    inference.model = model;
    inference.queued = start - pending.since;
    auto& request = pending.request;
    or_error(inference, [&, &waiting = pending, &images = inference.images] {
      require_in_time(start - waiting.since, patience);
      require_identity(model->facts().identity, "", waiting.version);
      const auto in_time = [&] { require_in_time(now() - waiting.since, patience); };
      images = request.pictures.empty() ? std::move(request.images)
                                        : read_pictures(request, model->facts(), in_time);
    });
  }
  compute(members, *model);
  const auto computed = now() - start;
  for (auto& [pending, inference] : members) {
    inference.computed = computed;
    pending.done(std::move(pending.request), std::move(inference));
  }
}

}  // namespace digits
