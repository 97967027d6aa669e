#include "serve/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <random>
#include <utility>

#include "base/error.h"
#include "model/device.h"
#include "serve/admission.h"
#include "serve/content_encoding.h"
#include "serve/http_status.h"
#include "serve/metadata.h"
#include "serve/page.h"

namespace digits {

namespace {

HttpResponse json_response(const Json& document) {
  HttpResponse response;
  response.body = to_text(document, -1);
  return response;
}

HttpResponse health_response(bool good) {
  if (good) return json_response(Json::object());
  throw Error("server.stopping", "the server is stopping, expected no new requests",
              "use another server");
}

bool is_request_id(const std::string& text) {
  return !text.empty() && text.size() <= 64 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-';
         });
}

std::vector<std::size_t> image_shape(const Schema& schema) {
  return {static_cast<std::size_t>(schema.channels), static_cast<std::size_t>(schema.rows),
          static_cast<std::size_t>(schema.cols)};
}

double to_milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// The service keeps no model of the start: one that was replaced is freed.
ServiceOptions without_models(ServiceOptions options) {
  options.rollout.shadow.reset();
  options.rollout.canary.reset();
  return options;
}

}  // namespace

struct Service::Asked {
  RequestRecord record;
  std::string endpoint;
  Clock::time_point start;
  Responder respond;
};

Service::Service(const ServiceOptions& options, std::shared_ptr<const ServedModel> model)
    : options_(without_models(options)),
      model_(std::move(model)),
      observer_(model_->facts(), options.drift_window, options.log),
      rollout_(options.rollout, model_, options.queue),
      queue_(options.queue, options.max_batch, options.max_waiting),
      id_prefix_(fmt::format("{:08x}", std::random_device()())) {
  for (int i = 0; i < options.threads; ++i) {
    threads_.emplace_back([this] { compute_until_stopped(); });
  }
}

Service::~Service() {
  queue_.close();
  for (auto& thread : threads_) thread.join();
  observer_.stop();
}

void Service::compute_until_stopped() {
  set_threads(1);  // inside an operation: batches run in parallel
  for (auto batch = queue_.take(); !batch.empty(); batch = queue_.take()) {
    rollout_.run(std::move(batch), model(), options_.patience, Clock::now);
  }
}

std::shared_ptr<const ServedModel> Service::model() const {
  const std::lock_guard lock(mutex_);
  return model_;
}

void Service::replace(std::shared_ptr<const ServedModel> next) {
  rollout_.replace_live(next);
  observer_.live_model(next->facts());
  const std::lock_guard lock(mutex_);
  model_ = std::move(next);
}

std::unique_ptr<Service::Asked> Service::asked(const HttpRequest& request) {
  auto asked = std::make_unique<Asked>();
  asked->start = request.start;
  asked->endpoint = endpoint_name(request.path);
  asked->record.method = request.method.substr(0, 20);
  asked->record.path = request.path.substr(0, 200);
  asked->record.id = is_request_id(request.request_id)
                         ? request.request_id
                         : fmt::format("{}-{}", id_prefix_, next_id_++);
  observer_.request_started();
  return asked;
}

HttpResponse Service::finished(Asked& asked, HttpResponse response) {
  asked.record.status = response.status;
  asked.record.milliseconds = to_milliseconds(Clock::now() - asked.start);
  response.headers.emplace_back("X-Request-Id", asked.record.id);
  observer_.request_ended(asked.endpoint, asked.record);
  return response;
}

HttpResponse Service::failed(Asked& asked, const Error& error, const std::string& allow) {
  asked.record.error = error.code();
  return finished(asked, error_response_of(error, allow));
}

// For threads on which nothing else catches: an exception there would end the server.
template <typename Make>
HttpResponse Service::response_or_error(Asked& asked, const Make& make) {
  try {
    return make();
  } catch (const Error& error) {
    return failed(asked, error);
  } catch (const std::exception& error) {
    return failed(asked, {"server.internal", error.what(), "please report this bug"});
  }
}

bool Service::admit(const HttpRequest& request) {
  const auto route = find_route(request.path);
  require_admissible(request, route, options_.token);
  if (!route.model.empty()) require_identity(model()->facts().identity, route.model, route.version);
  return reads_body(route.endpoint);
}

HttpResponse Service::error_response(const HttpRequest& request, const Error& error) {
  std::string allow;
  if (error.code() == "route.method") {
    allow = method_of(find_route(request.path).endpoint);
    if (allow == "GET") allow += ", HEAD";
  }
  return failed(*asked(request), error, allow);
}

void Service::handle(HttpRequest request, Responder respond) {
  const std::shared_ptr<Asked> asked = this->asked(request);
  asked->respond = std::move(respond);
  try {
    const auto route = find_route(request.path);
    if (route.endpoint == Endpoint::kInfer) {
      infer(asked, std::move(request), route);
    } else if (route.endpoint == Endpoint::kFeedback) {
      asked->respond(finished(*asked, label(std::move(request))));
    } else if (route.endpoint == Endpoint::kModelProfile) {
      send_profile(asked);
    } else {
      asked->respond(finished(*asked, answer(route)));
    }
  } catch (const Error& error) {
    asked->respond(failed(*asked, error));
  } catch (const std::exception& error) {
    asked->respond(failed(*asked, {"server.internal", error.what(), "please report this bug"}));
  }
}

RolloutCounts Service::rollout_counts(const ModelFacts& live) const {
  auto counts = rollout_.counts();
  counts.live = live_accuracy(live, counts.feedback);
  return counts;
}

HttpResponse Service::answer(const Route& route) {
  const auto model = this->model();
  const auto& facts = model->facts();
  switch (route.endpoint) {
    case Endpoint::kPage:
      return page_response("text/html; charset=utf-8", page_html());
    case Endpoint::kPageScript:
      return page_response("text/javascript; charset=utf-8", page_js());
    case Endpoint::kPageStyle:
      return page_response("text/css; charset=utf-8", page_css());
    case Endpoint::kMetrics:
      return {200,
              "text/plain; version=0.0.4; charset=utf-8",
              observer_.metrics_text(queue_.waiting(), rollout_counts(facts)),
              {}};
    case Endpoint::kServer:
      return json_response(server_metadata());
    case Endpoint::kLive:
      return health_response(true);
    case Endpoint::kReady:
    case Endpoint::kModelReady:
      return health_response(ready_);
    case Endpoint::kModelStats:
      return json_response(observer_.statistics(rollout_counts(facts)));
    case Endpoint::kRepositoryIndex:
      return json_response(repository_index(facts, ready_));
    default:
      return json_response(model_metadata(facts));
  }
}

HttpResponse Service::label(HttpRequest request) {
  const auto body = unpacked(std::move(request.body), request.content_encoding, options_.max_body);
  const auto feedback = parse_feedback(body, model()->facts().identity.class_names);
  const auto count = rollout_.label(feedback);
  return json_response(Json{{"id", feedback.id}, {"labels", count}});
}

// A profile of many images takes seconds: not on this thread, which other connections wait for.
void Service::send_profile(const std::shared_ptr<Asked>& asked) {
  observer_.input_profile([this, asked](const InputProfile& profile) {
    asked->respond(response_or_error(*asked, [&] {
      if (profile.error) throw Error(*profile.error);
      return finished(*asked, json_response(profile.document));
    }));
  });
}

void Service::infer(const std::shared_ptr<Asked>& asked, HttpRequest request, const Route& route) {
  const auto body = unpacked(std::move(request.body), request.content_encoding, options_.max_body);
  auto parsed = parse_infer_request(body, request.header_length, model()->facts().contract);
  asked->record.images = parsed.count;
  // A request that names the live version is answered by it.
  const bool for_canary = route.version.empty() && rollout_.canary_takes(asked->record.id);
  queue_.push({std::move(parsed), Clock::now(),
               [this, asked](const InferRequest& done, const Inference& inference) {
                 asked->respond(inferred(*asked, done, inference));
               },
               for_canary, route.version});
}

HttpResponse Service::inferred(Asked& asked, const InferRequest& request,
                               const Inference& inference) {
  auto& record = asked.record;
  const auto& identity = inference.model->facts().identity;
  record.version = identity.version;
  record.batch = inference.batch;
  record.queue_milliseconds = to_milliseconds(inference.queued);
  record.compute_milliseconds = to_milliseconds(inference.computed);
  return response_or_error(asked, [&] {
    observer_.inferred(request, inference);
    if (inference.error) return failed(asked, *inference.error);
    const auto& schema = inference.model->facts().contract.schema;
    const InferValues values{inference.logits, inference.images, image_shape(schema)};
    auto response = infer_response(request, identity, values);
    rollout_.answered(record.id, inference);
    return finished(asked, std::move(response));
  });
}

}  // namespace digits
