#include "serve/serve.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/threads.h"
#include "cli/options.h"
#include "model/device.h"
#include "serve/server.h"
#include "serve/token.h"

namespace digits {

namespace {

CommandOptions command_options() {
  CommandOptions options("serve",
                         "Answers inference requests over HTTP by the Open Inference Protocol v2, "
                         "with a page to draw on at / and metrics for Prometheus at /metrics. Ends "
                         "well on SIGINT and SIGTERM: what was accepted is answered.");
  options.add_model();
  options.add_engine();
  options.text("device", "auto, cpu or cuda", "NAME", "auto");
  options.text("host", "the address to listen on", "ADDRESS", "127.0.0.1");
  options.number("port", "the port to listen on; 0: a free one", 8080);
  options.number("threads", "that compute; 0: one per core", 0);
  options.number("queue", "images that may wait, and of one request", 256);
  options.number("max-batch", "images that are computed together", 32);
  options.number("max-body", "MiB of one request, packed and unpacked", 16);
  options.number("connections", "open at once; further ones wait", 4096);
  options.number("timeout",
                 "seconds for each: a request to arrive, to wait, its response to be read; and to "
                 "end after a signal",
                 30);
  options.text("token-file", "a file with the token that clients must send", "FILE");
  options.number("drift-window", "the last images that are compared with the training set", 1000);
  options.text("log", "add a line of JSON for each request to this file; -: standard output",
               "FILE");
  return options;
}

std::int64_t number_within(const ParsedOptions& parsed, const std::string& name, std::int64_t low,
                           std::int64_t high) {
  const auto value = parsed.number(name);
  if (value >= low && value <= high) return value;
  throw Error("usage.option", fmt::format("--{} {}, expected {} to {}", name, value, low, high),
              "digits serve --help");
}

std::size_t size_within(const ParsedOptions& parsed, const std::string& name, std::int64_t low,
                        std::int64_t high) {
  return static_cast<std::size_t>(number_within(parsed, name, low, high));
}

ServerOptions options_of(const ParsedOptions& parsed) {
  ServerOptions options;
  auto& http = options.http;
  http.host = parsed.text("host");
  http.port = static_cast<int>(number_within(parsed, "port", 0, 65535));
  http.connections = size_within(parsed, "connections", 1, 1'000'000);
  http.max_body = size_within(parsed, "max-body", 1, 1024) << 20U;
  http.max_buffered = 16 * http.max_body;
  http.timeout = std::chrono::seconds(number_within(parsed, "timeout", 1, 3600));
  auto& service = options.service;
  service.threads =
      thread_count(static_cast<int>(number_within(parsed, "threads", 0, 1024)), available_cores());
  http.threads = std::clamp(service.threads / 2, 1, 4);  // reading takes less than computing
  service.queue = size_within(parsed, "queue", 1, 1'000'000);
  service.max_batch = size_within(parsed, "max-batch", 1, 128);
  service.max_body = http.max_body;
  service.patience = http.timeout;
  service.drift_window = size_within(parsed, "drift-window", 50, 1'000'000);
  if (parsed.has("token-file")) service.token = read_token(parsed.text("token-file"));
  if (parsed.has("log")) service.log = parsed.text("log");
  options.load = {parsed.text("engine"), choose_device(parsed.text("device")), service.max_batch,
                  service.queue};
  return options;
}

int command_serve(const Arguments& arguments) {
  const auto parsed = command_options().parse(arguments);
  if (!parsed) return kDone;
  const auto package = package_of(*parsed);
  serve(choose_model(parsed->text("model"), package), options_of(*parsed));
  return kDone;
}

}  // namespace

void add_serve(Extras& extras) {
  extras.commands.push_back({"serve", "answer requests over HTTP", command_serve});
}

}  // namespace digits
