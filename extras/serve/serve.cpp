#include "serve/serve.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <system_error>

#include "base/error.h"
#include "base/files.h"
#include "base/threads.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/run_request.h"
#include "model/device.h"
#include "repository/model_folder.h"
#include "serve/server.h"
#include "serve/shadow_report.h"
#include "serve/token.h"

namespace digits {

namespace {

void add_rollout_options(CommandOptions& options) {
  options.text("shadow",
               "a package, or a model of a repository, whose answers are compared and never sent",
               "DIR");
  options.text("shadow-share", "share of the requests that the shadow answers, too", "P", "1");
  options.text("canary", "a package, or a model of a repository, that answers a share of requests",
               "DIR");
  options.text("canary-share", "share of the requests that the canary answers", "P", "0.05");
  options.text(
      "canary-max-disagreement",
      "share of its predictions that differ from the live model's; above it the live model "
      "answers all requests again",
      "P", "0.05");
  options.text(
      "canary-max-errors",
      "share of its requests that fail; above it the live model answers all requests again", "P",
      "0.01");
  options.number("feedback-requests", "number of latest requests that may get true labels", 10000);
}

CommandOptions command_options() {
  CommandOptions options("serve",
                         "Answers inference requests over HTTP by the Open Inference Protocol v2, "
                         "with a page to draw on at / and metrics for Prometheus at /metrics. On "
                         "SIGINT or SIGTERM it answers all accepted requests, then ends.");
  options.add_model();
  options.add_engine();
  options.text("device", "auto, cpu or cuda", "NAME", "auto");
  options.text("host", "the address to listen on", "ADDRESS", "127.0.0.1");
  options.number("port", "the port to listen on; 0: a free one", 8080);
  options.number("threads", "number of threads that compute; 0: one per core", 0);
  options.number("queue", "largest number of images that wait, and in one request", 256);
  options.number("max-batch", "largest number of images in one batch", 32);
  options.number("max-body", "largest size of one request in MiB, compressed and decompressed", 16);
  options.number("connections", "largest number of open connections; further ones wait", 4096);
  options.number("timeout",
                 "seconds for each: a request to arrive, to wait, its response to be read; and to "
                 "end after a signal",
                 30);
  add_rollout_options(options);
  options.text("token-file", "a file with the token that clients must send", "FILE");
  options.number("drift-window", "number of latest images to compare with the training set", 1000);
  options.text("log", "add a line of JSON for each request to this file; -: standard output",
               "FILE");
  options.add_json();
  return options;
}

std::size_t size_within(const ParsedOptions& parsed, const std::string& name, std::int64_t low,
                        std::int64_t high) {
  return static_cast<std::size_t>(parsed.number(name, low, high));
}

double positive_number(const ParsedOptions& parsed, const std::string& name) {
  const auto text = parsed.text(name);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && value > 0.0) return value;
  throw Error("usage.option", fmt::format("--{} {}, expected a number above 0", name, text),
              "digits shadow-report --help");
}

void read_rollout_options(const ParsedOptions& parsed, ServerOptions& options) {
  auto& rollout = options.service.rollout;
  rollout.shadow_share = parsed.share("shadow-share");
  rollout.canary_share = parsed.share("canary-share");
  rollout.canary_bounds.max_disagreement = parsed.share("canary-max-disagreement");
  rollout.canary_bounds.max_errors = parsed.share("canary-max-errors");
  rollout.feedback_requests = size_within(parsed, "feedback-requests", 1, 10'000'000);
  if (parsed.has("shadow")) options.shadow = choose_model(parsed.text("shadow"));
  if (parsed.has("canary")) options.canary = choose_model(parsed.text("canary"));
}

ServerOptions options_of(const ParsedOptions& parsed) {
  ServerOptions options;
  auto& http = options.http;
  http.host = parsed.text("host");
  http.port = static_cast<int>(parsed.number("port", 0, 65535));
  http.connections = size_within(parsed, "connections", 1, 1'000'000);
  http.max_body = size_within(parsed, "max-body", 1, 1024) << 20U;
  http.max_buffered = 16 * http.max_body;
  http.timeout = std::chrono::seconds(parsed.number("timeout", 1, 3600));
  auto& service = options.service;
  service.threads =
      thread_count(static_cast<int>(parsed.number("threads", 0, 1024)), available_cores());
  http.threads = reading_threads(service.threads);
  service.queue = size_within(parsed, "queue", 1, 1'000'000);
  service.max_batch = size_within(parsed, "max-batch", 1, 128);
  service.max_body = http.max_body;
  service.max_waiting = http.max_buffered;
  service.patience = http.timeout;
  service.drift_window = size_within(parsed, "drift-window", 50, 1'000'000);
  options.json = parsed.has("json");
  read_rollout_options(parsed, options);
  if (parsed.has("token-file")) service.token = read_token(parsed.text("token-file"));
  if (parsed.has("log")) service.log = parsed.text("log");
  options.load = {parsed.text("engine"), choose_device(parsed.text("device")), service.max_batch,
                  service.queue};
  return options;
}

int command_serve(const Arguments& arguments) {
  const auto parsed = command_options().parse(arguments);
  if (!parsed) return kDone;
  const auto package = package_of(*parsed);  // also of a run
  auto model = choose_model(parsed->text("model"));
  model.package = package;
  serve(model, options_of(*parsed));
  return kDone;
}

const char* word_of(ShadowVerdict verdict) {
  switch (verdict) {
    case ShadowVerdict::kPassed:
      return "passed";
    case ShadowVerdict::kFailed:
      return "failed";
    default:
      return "undecided";
  }
}

ShadowBounds bounds_of(const ParsedOptions& parsed) {
  ShadowBounds bounds;
  bounds.min_agreement = parsed.share("min-agreement");
  bounds.max_slowdown = positive_number(parsed, "max-slowdown");
  bounds.min_images = size_within(parsed, "min-images", 1, 1'000'000'000);
  bounds.max_loss = parsed.share("max-loss");
  bounds.min_labels = size_within(parsed, "min-labels", 1, 1'000'000'000);
  return bounds;
}

int command_shadow_report(const Arguments& arguments) {
  CommandOptions options(
      "shadow-report",
      "Says whether a shadow may take over, from the server's statistics "
      "(v2/models/NAME/stats). Exits with 4 when a check failed or is undecided.",
      "STATS.json");
  options.text("min-agreement", "smallest agreement of labels, for the low end of its interval",
               "P", "0.98");
  options.text("max-slowdown", "largest ratio of the shadow's computing time to the live model's",
               "X", "1.2");
  options.number("min-images", "smallest number of images for a verdict by agreement", 1000);
  options.text("max-loss", "largest loss of accuracy, for the unfavourable end of its interval",
               "P", "0.02");
  options.number("min-labels", "number of true labels from which on accuracy decides", 200);
  options.add_json();
  const auto parsed = options.parse(arguments);
  if (!parsed) return kDone;
  const auto path = parsed->word("a file with the statistics: curl .../stats > STATS.json");
  const auto checks = judge_shadow(parse_json(read_file(path), path, "data"), bounds_of(*parsed));
  auto json = Json::array();
  for (const auto& check : checks) {
    json.push_back(Json{{"name", check.name},
                        {"seen", check.seen},
                        {"expected", check.expected},
                        {"verdict", word_of(check.verdict)}});
    if (parsed->has("json")) continue;
    fmt::print("{:<10} {:<40} {:<45} {}\n", check.name, check.seen, check.expected,
               word_of(check.verdict));
  }
  if (parsed->has("json")) print_json(Json{{"checks", json}});
  require_passed(checks);
  return kDone;
}

}  // namespace

void add_serve(Extras& extras) {
  extras.commands.push_back({"serve", "answer requests over HTTP", command_serve});
  extras.commands.push_back(
      {"shadow-report", "whether a served shadow may take over", command_shadow_report});
}

}  // namespace digits
