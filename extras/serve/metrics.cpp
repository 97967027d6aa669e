#include "serve/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <chrono>

#include "base/date.h"
#include "serve/rollout_metrics.h"

namespace digits {

namespace {

namespace prom = prometheus;

using Boundaries = prom::Histogram::BucketBoundaries;

const Boundaries& latencies() {  // seconds
  static const Boundaries all{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
                              0.025,  0.05,    0.1,    0.25,  0.5,    1.0,   2.5};
  return all;
}

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

constexpr std::array<DriftState, 3> kDriftStates{DriftState::kTooFew, DriftState::kOk,
                                                 DriftState::kDrifting};

}  // namespace

const char* to_string(DriftState state) {
  switch (state) {
    case DriftState::kOk:
      return "ok";
    case DriftState::kDrifting:
      return "drifting";
    default:
      return "too_few";
  }
}

// The metrics of computed images are of a role: those of a canary must not hide in the live
// model's.
struct Metrics::Families {
  struct OfRole {
    prom::Histogram& compute;
    prom::Histogram& batch;
    prom::Histogram& confidence;
    std::vector<prom::Counter*> by_class;
  };

  explicit Families(const ModelFacts& facts)
      : live(of_role("live", facts)), canary(of_role("canary", facts)) {}

  OfRole of_role(const char* role, const ModelFacts& facts) {
    const prom::Labels labels{{"role", role}};
    OfRole all{compute.Add(labels, latencies()),
               batch.Add(labels, Boundaries{1, 2, 4, 8, 16, 32, 64, 128, 256}),
               confidence.Add(labels, Boundaries{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95,
                                                 0.99, 1.0}),
               {}};
    for (const auto& name : facts.identity.class_names) {
      all.by_class.push_back(&predictions.Add({{"class", name}, {"role", role}}));
    }
    return all;
  }

  // An alert on the age of the data shall not see an earlier model.
  void data_of(const ModelFacts& facts) {
    if (serving_data_date != nullptr) data_date.Remove(serving_data_date);
    serving_data_date = nullptr;
    const auto days = days_since_1970(facts.data_date);
    if (!days) return;
    serving_data_date = &data_date.Add({{"version", facts.identity.version}});
    serving_data_date->Set(static_cast<double>(*days) * 86400.0);
  }

  prom::Gauge& gauge(const char* name, const char* help) {
    return prom::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  }
  prom::Family<prom::Histogram>& histograms(const char* name, const char* help) {
    return prom::BuildHistogram().Name(name).Help(help).Register(registry);
  }

  prom::Registry registry;
  prom::Family<prom::Counter>& requests =
      prom::BuildCounter()
          .Name("digits_requests_total")
          .Help("Requests by endpoint and status of the response")
          .Register(registry);
  prom::Gauge& in_flight = gauge("digits_requests_in_flight", "Requests without a response yet");
  prom::Gauge& waiting = gauge("digits_queue_images", "Images that wait to be computed");
  prom::Histogram& whole =
      histograms("digits_request_seconds", "Time from a request's first line to its response")
          .Add({}, latencies());
  prom::Histogram& queue =
      histograms("digits_queue_seconds", "Time from a parsed request to its computation")
          .Add({}, latencies());
  prom::Family<prom::Histogram>& compute =
      histograms("digits_compute_seconds",
                 "Time to decode and compute the batch of a request: a value per request, by role");
  prom::Family<prom::Histogram>& batch =
      histograms("digits_batch_images", "Images that were computed together with a request's");
  prom::Family<prom::Histogram>& confidence =
      histograms("digits_confidence", "Probability of the predicted class, by role");
  prom::Family<prom::Counter>& predictions = prom::BuildCounter()
                                                 .Name("digits_predictions_total")
                                                 .Help("Images by predicted class and role")
                                                 .Register(registry);
  OfRole live, canary;
  prom::Family<prom::Gauge>& model = prom::BuildGauge()
                                         .Name("digits_model_info")
                                         .Help("1 for the serving model, 0 for earlier ones")
                                         .Register(registry);
  prom::Gauge* serving = nullptr;
  prom::Family<prom::Gauge>& data_date =
      prom::BuildGauge()
          .Name("digits_model_data_timestamp_seconds")
          .Help("Day of the newest training images of the serving model, in seconds since 1970")
          .Register(registry);
  prom::Gauge* serving_data_date = nullptr;
  prom::Family<prom::Counter>& loads = prom::BuildCounter()
                                           .Name("digits_model_loads_total")
                                           .Help("Loaded versions by role and outcome")
                                           .Register(registry);
  prom::Family<prom::Gauge>& drift_state = prom::BuildGauge()
                                               .Name("digits_drift_state")
                                               .Help("1 for the state of the latest inputs")
                                               .Register(registry);
  prom::Family<prom::Gauge>& drift_effect =
      prom::BuildGauge()
          .Name("digits_drift_effect")
          .Help("Distance of the latest inputs from the training set, by feature, in [0, 1]")
          .Register(registry);
  prom::Family<prom::Gauge>& drift_p =
      prom::BuildGauge()
          .Name("digits_drift_p")
          .Help("Probability of such a distance by chance, by feature")
          .Register(registry);
  std::vector<std::string> drift_features;
};

Metrics::Metrics(const ModelFacts& model) : families_(std::make_unique<Families>(model)) {
  live_model(model);
  // Prometheus' rate() needs an earlier sample of a series: without one, the alert on errors would
  // miss the first ones.
  for (const char* status : {"200", "500", "503"}) {
    families_->requests.Add({{"endpoint", "infer"}, {"status", status}});
  }
  for (const char* role : {"live", "shadow", "canary"}) {
    for (const char* outcome : {"loaded", "failed"}) {
      families_->loads.Add({{"role", role}, {"outcome", outcome}});
    }
  }
  drift(DriftState::kTooFew, {});
}

Metrics::~Metrics() = default;

void Metrics::request_started() { families_->in_flight.Increment(); }

void Metrics::request_ended(const std::string& endpoint, int status, double seconds) {
  families_->in_flight.Decrement();
  families_->requests.Add({{"endpoint", endpoint}, {"status", std::to_string(status)}}).Increment();
  if (endpoint == "infer") families_->whole.Observe(seconds);
}

void Metrics::inferred(const Inference& inference, const std::vector<std::uint8_t>& labels,
                       const std::vector<double>& confidences) {
  families_->queue.Observe(seconds(inference.queued));
  auto& role = inference.by_canary ? families_->canary : families_->live;
  role.compute.Observe(seconds(inference.computed));
  role.batch.Observe(static_cast<double>(inference.batch));
  for (const auto label : labels) role.by_class[label]->Increment();
  for (const auto confidence : confidences) role.confidence.Observe(confidence);
}

void Metrics::live_model(const ModelFacts& model) {
  if (families_->serving != nullptr) families_->serving->Set(0);
  families_->serving = &families_->model.Add({{"name", model.identity.name},
                                              {"version", model.identity.version},
                                              {"engine", model.engine}});
  families_->serving->Set(1);
  families_->data_of(model);
}

void Metrics::model_loaded(const std::string& role) {
  families_->loads.Add({{"role", role}, {"outcome", "loaded"}}).Increment();
}

void Metrics::model_failed(const std::string& role) {
  families_->loads.Add({{"role", role}, {"outcome", "failed"}}).Increment();
}

void Metrics::drift(DriftState state, const std::vector<DriftTest>& tests) {
  for (const auto each : kDriftStates) {
    families_->drift_state.Add({{"state", to_string(each)}}).Set(each == state ? 1 : 0);
  }
  // Without a verdict no feature has a distance: that of an earlier model's inputs must not stay.
  if (tests.empty()) {
    for (const auto& feature : families_->drift_features) {
      families_->drift_effect.Remove(&families_->drift_effect.Add({{"feature", feature}}));
      families_->drift_p.Remove(&families_->drift_p.Add({{"feature", feature}}));
    }
  }
  families_->drift_features.clear();
  for (const auto& test : tests) {
    families_->drift_features.push_back(test.feature);
    families_->drift_effect.Add({{"feature", test.feature}}).Set(test.effect);
    families_->drift_p.Add({{"feature", test.feature}}).Set(test.p);
  }
}

void Metrics::rollout(const RolloutCounts& counts) { write_rollout(families_->registry, counts); }

std::string Metrics::text(std::size_t images_waiting) {
  families_->waiting.Set(static_cast<double>(images_waiting));
  return prom::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace digits
