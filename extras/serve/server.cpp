#include "serve/server.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "cli/output.h"
#include "serve/follow_thread.h"
#include "serve/stop_signal.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kFollowInterval{500};

constexpr const char* kLiveRole = "live";  // a model's role; the others are "shadow" and "canary"

// Every connection is an open file. Returns the largest possible number of connections. Throws
// server.start when there is a file for none.
std::size_t allowed_connections(std::size_t wanted) {
  constexpr std::size_t kOthers = 64;  // the model's files, logs, epoll
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted + kOthers) return wanted;
  if (limit.rlim_cur <= kOthers) {
    throw Error("server.start",
                fmt::format("the limit of open files is {}, expected more than {}", limit.rlim_cur,
                            kOthers),
                "raise it: ulimit -n 1024");
  }
  const auto allowed = static_cast<std::size_t>(limit.rlim_cur) - kOthers;
  log_warning(fmt::format("{} connections at once instead of {}: the limit of open files is {}",
                          allowed, wanted, limit.rlim_cur));
  return allowed;
}

// Clients see "2" of the live model, "shadow-2" of a followed shadow, "shadow" of a package.
std::string version_name(const ModelChoice& choice, const std::string& role, int version) {
  if (role == kLiveRole) return std::to_string(version);
  return choice.folder ? fmt::format("{}-{}", role, version) : role;
}

std::shared_ptr<const ServedModel> load_version(const ModelChoice& choice, const std::string& role,
                                                int version, const LoadOptions& options) {
  const auto package = choice.folder ? choice.folder->path_of(version) : choice.package;
  const auto name = choice.folder ? choice.folder->name() : std::string();
  return load_model(package, name, version_name(choice, role, version), options);
}

void announce(const ListenAddress& address, const ModelFacts& facts, const ServerOptions& options) {
  const std::vector<std::pair<std::string, std::string>> facts_on_it{
      {"address", address.url},
      {"model", facts.identity.name},
      {"version", facts.identity.version},
      {"engine", facts.engine},
      {"device", facts.device},
      {"threads", std::to_string(options.service.threads)}};
  if (options.json) {
    print_json(Json(std::map<std::string, std::string>(facts_on_it.begin(), facts_on_it.end())));
  } else {
    print_pairs(facts_on_it);
  }
  std::fflush(stdout);
  if (!address.loopback && options.service.token.empty()) {
    log_warning(
        "serve.open: any client that reaches this address can send requests; --token-file FILE "
        "requires a token");
  }
}

FollowedModel followed_model(const ModelChoice& choice, const std::string& role,
                             const LoadOptions& options, UseModel use) {
  FollowedModel followed;
  followed.role = role;
  followed.version = choice.version;
  followed.current = [choice] { return choice.folder->current(); };
  followed.named = [choice, role](int version) { return version_name(choice, role, version); };
  followed.load = [choice, role, options](int version) {
    return load_version(choice, role, version, options);
  };
  followed.use = std::move(use);
  return followed;
}

// The models of a repository; a package has no other version.
std::vector<FollowedModel> followed_models(const ModelChoice& live, const ServerOptions& options,
                                           Service& service) {
  std::vector<FollowedModel> models;
  const auto follow = [&](const ModelChoice& choice, const char* role, UseModel use) {
    if (!choice.folder) return;
    models.push_back(followed_model(choice, role, options.load, std::move(use)));
  };
  auto& rollout = service.rollout();
  follow(live, kLiveRole, [&service](auto next) { service.replace(std::move(next)); });
  if (options.shadow) {
    follow(*options.shadow, "shadow",
           [&rollout](auto next) { rollout.replace_shadow(std::move(next)); });
  }
  if (options.canary) {
    follow(*options.canary, "canary",
           [&rollout](auto next) { rollout.replace_canary(std::move(next)); });
  }
  return models;
}

}  // namespace

ModelChoice choose_model(const fs::path& path) {
  const auto whole = fs::absolute(path).lexically_normal();
  const auto folder = whole.has_filename() ? whole : whole.parent_path();
  if (kind_of(folder / "current.json") == PathKind::kMissing) return {path, std::nullopt, 1};
  ModelFolder model(folder.parent_path(), folder.filename().string());
  const int version = model.current();
  return {model.path_of(version), std::move(model), version};
}

int reading_threads(int computing) { return std::clamp(computing / 2, 1, 4); }

Error unfinished_error(std::chrono::milliseconds timeout) {
  return {"server.unfinished",
          fmt::format(
              "clients not accepted, or requests without a response, after {} ms, expected none",
              timeout.count()),
          "raise --timeout or the limit of open files (ulimit -n), or lower --queue"};
}

void serve(const ModelChoice& choice, const ServerOptions& given) {
  const StopSignal signal;
  std::signal(SIGPIPE, SIG_IGN);
  auto options = given;
  options.http.connections = allowed_connections(options.http.connections);
  auto& rollout = options.service.rollout;
  const auto load = [&](const ModelChoice& model, const char* role) {
    return load_version(model, role, model.version, options.load);
  };
  if (options.shadow) rollout.shadow = load(*options.shadow, "shadow");
  if (options.canary) rollout.canary = load(*options.canary, "canary");
  Service service(options.service, load(choice, kLiveRole));
  rollout = {};  // the service has these models, and frees the replaced ones
  HttpServer server(options.http, service);
  announce(server.address(), service.model()->facts(), options);
  FollowThread follow(followed_models(choice, options, service), service.observer(),
                      kFollowInterval);
  while (!signal.wait(std::chrono::hours(1))) {
  }
  follow.stop();
  service.not_ready();
  log_info("serve.stopping: answering accepted requests");
  if (server.stop(options.http.timeout)) return;
  throw unfinished_error(options.http.timeout);
}

}  // namespace digits
