#include "distributed/heartbeat.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <utility>

#include "distributed/rank_message.h"

namespace digits {

namespace {

constexpr auto kPollInterval = std::chrono::microseconds(50);

Error peer_lost(std::chrono::milliseconds timeout, const std::string& cause) {
  return {
      "distributed.peer_lost",
      fmt::format("another rank ended, stopped or was cut off: {}, expected an answer within {}",
                  cause, in_seconds(timeout)),
      "see the messages of the other ranks; then start all of them again with --resume RUN"};
}

}  // namespace

Heartbeat::Heartbeat(GlooGroup group, int rank, std::chrono::milliseconds interval,
                     std::chrono::milliseconds timeout, std::function<void()> on_end)
    : group_(std::move(group)),
      rank_(rank),
      interval_(interval),
      timeout_(timeout),
      on_end_(std::move(on_end)) {
  thread_ = std::thread([this] { run(); });
}

Heartbeat::~Heartbeat() {
  if (thread_.joinable()) stop({});
}

void Heartbeat::wait(const Work& work) {
  const auto done = std::make_shared<bool>(false);  // the callback may outlive this call
  work->getFuture()->addCallback([this, done](c10::ivalue::Future&) {
    const std::lock_guard<std::mutex> lock(mutex_);
    *done = true;
    changed_.notify_all();
  });
  {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [&] { return *done || error_; });
    if (!*done) throw *error_;
  }
  require_result(work);
}

void Heartbeat::poll(const std::function<bool()>& done) {
  while (!done()) {
    std::unique_lock<std::mutex> lock(mutex_);
    if (changed_.wait_for(lock, kPollInterval, [&] { return error_.has_value(); })) throw *error_;
  }
}

void Heartbeat::require_result(const Work& work) {
  try {
    if (work->exception()) std::rethrow_exception(work->exception());
    work->wait();
  } catch (const std::exception& error) {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, timeout_, [&] { return error_.has_value(); });
    throw error_ ? *error_ : peer_lost(timeout_, first_line(error.what()));
  }
}

void Heartbeat::finish() {
  stop({});
  if (error_) throw *error_;
}

Error Heartbeat::fail(const Error& error) {
  stop(error);
  const bool stopped = error.code() == "interrupted";
  const bool by_user = !error_ || error_->code() == "interrupted";
  return stopped && !by_user ? *error_ : error;
}

// Ends the thread; at once when a rank is lost.
void Heartbeat::stop(const std::optional<Error>& failure) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    leaving_ = true;
    failure_ = failure;
  }
  changed_.notify_all();
  thread_.join();
}

void Heartbeat::run() noexcept {
  auto last = Beat::kStay;
  try {
    for (last = beat(); last == Beat::kStay; last = beat()) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait_for(lock, interval_, [this] { return leaving_; });
    }
    // A rank that ends before the others know that all have finished would look lost to them.
    if (last == Beat::kFinished) group_.maximum(at::zeros({2}, at::kLong))->wait();
  } catch (const std::exception& error) {
    if (last != Beat::kFinished) end_with(peer_lost(timeout_, first_line(error.what())));
  }
}

// Meets the other ranks.
Heartbeat::Beat Heartbeat::beat() {
  auto values = at::zeros({2}, at::kLong);  // whether a rank stays; 1 + the rank with a failure
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    values[0] = leaving_ ? 0 : 1;
    values[1] = failure_ ? rank_ + 1 : 0;
  }
  group_.maximum(values)->wait();
  const auto failed = static_cast<int>(values[1].item<int64_t>()) - 1;
  if (failed < 0) return values[0].item<int64_t>() > 0 ? Beat::kStay : Beat::kFinished;
  const auto text = share_failure(failed);
  if (failed != rank_) end_with(parse_error(text));
  return Beat::kFailed;
}

// The text of the failure of rank `failed`, on all ranks.
std::string Heartbeat::share_failure(int failed) {
  std::string text;
  if (failed == rank_) {
    const std::lock_guard<std::mutex> lock(mutex_);
    text = format_error(*failure_, rank_);
  }
  const auto size = at::full({1}, static_cast<int64_t>(text.size()), at::kLong);
  group_.broadcast(size, failed)->wait();
  const auto bytes = at::zeros({size.item<int64_t>()}, at::kByte);
  if (failed == rank_) bytes.copy_(byte_view(text));
  group_.broadcast(bytes, failed)->wait();
  return bytes_of(bytes);
}

void Heartbeat::end_with(const Error& error) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    error_ = error;
  }
  changed_.notify_all();
  if (on_end_) on_end_();
}

}  // namespace digits
