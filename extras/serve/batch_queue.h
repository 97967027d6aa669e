// Queues inference requests and forms batches from them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "serve/http_message.h"
#include "serve/infer_request.h"
#include "serve/served_model.h"

namespace digits {

// The result of a request.
struct Inference {
  std::shared_ptr<const ServedModel> model;  // the model that answered
  std::vector<float> images;                 // [count, channels, rows, cols], its input
  std::vector<float> logits;                 // [count * classes]; or
  std::optional<Error> error;
  std::size_t batch = 0;   // images that were computed together
  bool by_canary = false;  // a canary answered, and not the live model
  Clock::duration queued{}, computed{};
};

struct PendingInference {
  InferRequest request;
  Clock::time_point since;  // start of its waiting time
  std::function<void(InferRequest request, Inference inference)> done;
  bool for_canary = false;  // the canary answers, while there is one
  std::string version{};    // the only version that may answer; empty: any
};
using InferenceBatch = std::vector<PendingInference>;

// Thread-safe, first in, first out.
class BatchQueue {
 public:
  // `limit`: largest number of waiting images. `max_batch`: largest number of images in a batch; a
  // larger request forms a batch of its own. `max_bytes`: of all waiting images and pictures.
  BatchQueue(std::size_t limit, std::size_t max_batch, std::size_t max_bytes)
      : limit_(limit), max_batch_(max_batch), max_bytes_(max_bytes) {}

  // Throws server.busy when the images do not fit, and server.stopping after close(). An empty
  // queue takes any request.
  void push(PendingInference pending);

  // Waits for requests and takes the waiting ones, without waiting for more. A request with
  // pictures forms a batch of its own: decoding takes longer than computing, and would delay other
  // requests. Empty when the queue is closed and empty.
  InferenceBatch take();

  // Rejects further requests; waiting ones are still taken.
  void close();

  std::size_t waiting() const;  // images

 private:
  InferenceBatch take_front();

  const std::size_t limit_;
  const std::size_t max_batch_;
  const std::size_t max_bytes_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<PendingInference> pending_;
  std::size_t images_ = 0;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

// Answers each request of the batch, by done(), in one computation. A request that is not decoded
// after `patience` gets server.late instead, one for another version model.unknown, and one whose
// logits are not finite model.not_finite; an unreadable picture fails only its request.
void run_batch(InferenceBatch batch, const std::shared_ptr<const ServedModel>& model,
               std::chrono::milliseconds patience, const std::function<Clock::time_point()>& now);

}  // namespace digits
