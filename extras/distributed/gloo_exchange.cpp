#include "distributed/gloo_exchange.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <new>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "distributed/address.h"
#include "distributed/gloo_group.h"
#include "distributed/heartbeat.h"
#include "distributed/nccl_sum.h"
#include "distributed/rank_message.h"
#include "distributed/rendezvous.h"
#include "distributed/timing.h"

namespace digits {

namespace {

using std::chrono::milliseconds;

// The heartbeat detects lost ranks; the gradients' group itself may wait this long.
constexpr auto kOperationTimeout = std::chrono::hours(24 * 365);

// Ends the process with its exit status, but without the destructors of static objects: Gloo's
// threads still use them.
void end_without_destructors(int status, void* /*unused*/) {
  std::fflush(nullptr);
  ::_exit(status);
}

class GlooExchange : public GradientExchange {
 public:
  GlooExchange(const LaunchPlace& place, Store store, GlooGroup group,
               std::unique_ptr<Heartbeat> heartbeat)
      : place_(place),
        store_(std::move(store)),
        group_(std::move(group)),
        heartbeat_(std::move(heartbeat)) {}

  ~GlooExchange() override {
    if (state_ == State::kDone) return;
    ::on_exit(end_without_destructors, nullptr);
    group_.abandon();
    // As the group, none of these is destroyed: their threads may run until the process ends.
    if (gpu_sum_) new (std::nothrow) TensorSum(std::move(*gpu_sum_));
    store_.release();
    static_cast<void>(heartbeat_.release());
  }

  int rank() const override { return place_.rank; }
  int ranks() const override { return place_.ranks; }
  void average(at::Tensor& values) override;
  std::string broadcast(const std::string& bytes) override;
  std::string scatter(const std::vector<std::string>& parts) override;
  void finish() override;
  Error fail(const Error& error) noexcept override;

 private:
  TensorSum connect_gpus(const at::Tensor& values);

  enum class State { kConnected, kDone, kFailed };

  LaunchPlace place_;
  Store store_;  // of rank 0: serves the others
  GlooGroup group_;
  std::unique_ptr<Heartbeat> heartbeat_;
  std::optional<TensorSum> gpu_sum_;  // from the first average on
  State state_ = State::kConnected;
};

// NCCL's sum if all ranks can use it, else none. One rank with another answer would wait for ever.
TensorSum GlooExchange::connect_gpus(const at::Tensor& values) {
  const bool able = can_use_nccl(values.is_cuda(), has_nccl(), place_.shares_device);
  const auto count = at::full({1}, able ? 1 : 0, at::kLong);
  heartbeat_->wait(group_.sum(count));
  if (count.item<int64_t>() != place_.ranks) {
    if (able) {
      log_warning(
          "distributed.no_nccl: a rank has no GPU of its own, or no NCCL, so each step "
          "averages the gradients on the CPU");
    }
    return {};
  }
  // On a thread of its own: NCCL waits without limit for a rank that is lost.
  const auto connected = std::make_shared<std::promise<TensorSum>>();
  auto sum = connected->get_future();
  std::thread([=, store = store_, place = place_] {
    try {
      connected->set_value(nccl_sum(store, place));
    } catch (...) {
      connected->set_exception(std::current_exception());
    }
  }).detach();
  heartbeat_->poll([&] { return sum.wait_for(milliseconds(0)) == std::future_status::ready; });
  try {
    return sum.get();
  } catch (const std::exception& error) {
    throw Error("distributed.unreachable",
                fmt::format("NCCL on rank {}: {}, expected a connection with each rank", rank(),
                            first_line(error.what())),
                "set NCCL_DEBUG=INFO to see more");
  }
}

void GlooExchange::average(at::Tensor& values) {
  if (!gpu_sum_) gpu_sum_ = connect_gpus(values);
  if (const auto& sum = gpu_sum_.value()) {
    const auto work = sum(values);
    heartbeat_->poll([&] { return work->isCompleted(); });
    heartbeat_->require_result(work);
    values.div_(place_.ranks);
    return;
  }
  const auto sum = values.cpu();  // the same tensor on a CPU
  heartbeat_->wait(group_.sum(sum));
  values.copy_(sum.div_(place_.ranks));
}

std::string GlooExchange::broadcast(const std::string& bytes) {
  const auto size = at::full({1}, static_cast<int64_t>(bytes.size()), at::kLong);
  heartbeat_->wait(group_.broadcast(size, 0));
  const auto content =
      rank() == 0 ? byte_view(bytes).clone() : at::empty({size.item<int64_t>()}, at::kByte);
  heartbeat_->wait(group_.broadcast(content, 0));
  return bytes_of(content);
}

// Gloo scatters parts of one size: each is preceded by its length and filled up.
std::string GlooExchange::scatter(const std::vector<std::string>& parts) {
  auto size = at::zeros({1}, at::kLong);
  for (const auto& part : parts) {
    size[0] = std::max(size.item<int64_t>(), static_cast<int64_t>(part.size()));
  }
  heartbeat_->wait(group_.broadcast(size, 0));
  const auto length = size.item<int64_t>() + static_cast<int64_t>(sizeof(int64_t));
  std::vector<at::Tensor> messages;
  for (const auto& part : parts) {
    const auto bytes = static_cast<int64_t>(part.size());
    auto message = at::zeros({length}, at::kByte);
    message.narrow(0, 0, sizeof bytes)
        .copy_(at::from_blob(const_cast<int64_t*>(&bytes), {sizeof bytes}, at::kByte));
    message.narrow(0, sizeof bytes, bytes).copy_(byte_view(part));
    messages.push_back(message);
  }
  const auto own = at::empty({length}, at::kByte);
  heartbeat_->wait(group_.scatter(own, messages));
  const auto bytes = *static_cast<const int64_t*>(own.data_ptr());
  return bytes_of(own.narrow(0, sizeof bytes, bytes));
}

void GlooExchange::finish() {
  if (state_ != State::kConnected) return;
  state_ = State::kFailed;  // unless all finish
  heartbeat_->finish();
  state_ = State::kDone;
}

Error GlooExchange::fail(const Error& error) noexcept {
  if (state_ != State::kConnected) return error;
  state_ = State::kFailed;
  return heartbeat_->fail(error);
}

std::unique_ptr<GradientExchange> connect(const LaunchPlace& place, milliseconds timeout,
                                          const std::function<void()>& on_end) {
  auto [store, address] = meet(place, timeout);
  const auto pace = heartbeat_pace(timeout);
  std::unique_ptr<Heartbeat> heartbeat;
  try {
    GlooGroup beats(store, "heartbeat", place, address, timeout, pace.limit);
    heartbeat =
        std::make_unique<Heartbeat>(std::move(beats), place.rank, pace.interval, timeout, on_end);
    GlooGroup group(store, "gradients", place, address, timeout, kOperationTimeout);
    return std::make_unique<GlooExchange>(place, std::move(store), std::move(group),
                                          std::move(heartbeat));
  } catch (const std::exception& error) {
    const Error unreachable("distributed.unreachable",
                            fmt::format("rank {} at {}: {}, expected a connection with each rank",
                                        place.rank, address, first_line(error.what())),
                            "check that the hosts reach each other, or set GLOO_SOCKET_IFNAME to "
                            "the network's interface");
    if (heartbeat) heartbeat->fail(unreachable);
    throw unreachable;
  }
}

}  // namespace

// On a thread of its own: a call of the store waits without limit for a process that is stopped.
std::unique_ptr<GradientExchange> connect_ranks(const LaunchPlace& place, milliseconds timeout,
                                                const std::function<void()>& on_end) {
  const auto connected = std::make_shared<std::promise<std::unique_ptr<GradientExchange>>>();
  auto exchange = connected->get_future();
  std::thread([=] {
    try {
      connected->set_value(connect(place, timeout, on_end));
    } catch (...) {
      connected->set_exception(std::current_exception());
    }
  }).detach();
  if (exchange.wait_for(2 * timeout) == std::future_status::ready) return exchange.get();
  ::on_exit(end_without_destructors, nullptr);
  throw Error("distributed.unreachable",
              fmt::format("{}:{}: no answer of rank 0 or of another rank after {}, expected a "
                          "connection with each rank",
                          place.host, place.port, in_seconds(2 * timeout)),
              "check that MASTER_PORT is rank 0's alone, and that no rank is stopped");
}

}  // namespace digits
