// Handles the endpoints: from requests to responses, with one model that may be replaced.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "serve/batch_queue.h"
#include "serve/http_message.h"
#include "serve/observer.h"
#include "serve/rollout.h"
#include "serve/route.h"

namespace digits {

struct ServiceOptions {
  int threads = 1;                             // threads that compute
  std::size_t queue = 256;                     // largest number of waiting images
  std::size_t max_batch = 32;                  // largest number of images in a batch
  std::size_t max_body = 16U << 20U;           // bytes of a body when unpacked
  std::size_t max_waiting = 256U << 20U;       // bytes of the waiting images and pictures
  std::size_t drift_window = 1000;             // images
  std::chrono::milliseconds patience{30'000};  // a request that has waited longer is not computed
  std::string token;                           // empty: no token required
  std::string log;                             // as for RequestLog
  RolloutOptions rollout;                      // the models beside the live one
};

class Service : public HttpHandler {
 public:
  Service(const ServiceOptions& options, std::shared_ptr<const ServedModel> model);
  ~Service() override;  // answers waiting requests

  bool admit(const HttpRequest& request) override;
  void handle(HttpRequest request, Responder respond) override;
  HttpResponse error_response(const HttpRequest& request, const Error& error) override;

  // This model answers from the next batch on, also requests that are already waiting. Throws
  // model.mismatch when its inputs differ from the previous model's.
  void replace(std::shared_ptr<const ServedModel> next);
  std::shared_ptr<const ServedModel> model() const;
  Rollout& rollout() { return rollout_; }
  Observer& observer() { return observer_; }

  // Makes v2/health/ready report not ready: load balancers then choose other servers.
  void not_ready() { ready_ = false; }

 private:
  struct Asked;  // state of a request until its response

  std::unique_ptr<Asked> asked(const HttpRequest& request);
  HttpResponse answer(const Route& route);
  RolloutCounts rollout_counts(const ModelFacts& live) const;
  HttpResponse label(HttpRequest request);
  void send_profile(const std::shared_ptr<Asked>& asked);
  void infer(const std::shared_ptr<Asked>& asked, HttpRequest request, const Route& route);
  HttpResponse inferred(Asked& asked, const InferRequest& request, const Inference& inference);
  HttpResponse finished(Asked& asked, HttpResponse response);
  HttpResponse failed(Asked& asked, const Error& error, const std::string& allow = "");
  template <typename Make>  // what `make` returns, or the response to its exception
  HttpResponse response_or_error(Asked& asked, const Make& make);
  void compute_until_stopped();

  const ServiceOptions options_;
  mutable std::mutex mutex_;  // guards the model
  std::shared_ptr<const ServedModel> model_;
  Observer observer_;
  Rollout rollout_;
  BatchQueue queue_;
  std::atomic<bool> ready_{true};
  std::atomic<std::uint64_t> next_id_{1};
  const std::string id_prefix_;
  std::vector<std::thread> threads_;
};

}  // namespace digits
