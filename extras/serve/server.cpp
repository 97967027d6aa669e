#include "serve/server.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "cli/output.h"
#include "serve/stop_signal.h"
#include "serve/version_follower.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::milliseconds kFollowInterval{500};

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

// One of the models of the server, and the function that makes a loaded version answer.
struct FollowedModel {
  ModelChoice choice;
  std::string role;  // "shadow", "canary"; empty: the live model
  std::function<void(std::shared_ptr<const ServedModel>)> use;
};

std::string role_name(const FollowedModel& model) {
  return model.role.empty() ? "live" : model.role;
}

// Clients see "2" of the live model, "shadow-2" of a followed shadow, "shadow" of a package.
std::string version_name(const ModelChoice& choice, const std::string& role, int version) {
  if (role.empty()) return std::to_string(version);
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

// Follows the promoted versions on a thread of its own.
class FollowThread {
 public:
  FollowThread(std::vector<FollowedModel> models, const LoadOptions& options, Observer& observer)
      : models_(std::move(models)), options_(options), observer_(observer) {
    if (!models_.empty()) thread_ = std::thread([this] { follow_until_stopped(); });
  }
  ~FollowThread() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
      wake_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
  }
  FollowThread(const FollowThread&) = delete;
  FollowThread& operator=(const FollowThread&) = delete;

 private:
  void follow_until_stopped() {
    std::vector<VersionFollower> followers;
    for (const auto& model : models_) {
      followers.emplace_back([&model] { return model.choice.folder->current(); },
                             [this, &model](int version) { load(model, version); },
                             model.choice.version);
    }
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kFollowInterval, [this] { return stopped_; })) {
      lock.unlock();
      for (std::size_t i = 0; i < models_.size(); ++i) poll(models_[i], followers[i]);
      lock.lock();
    }
  }

  void poll(const FollowedModel& model, VersionFollower& follower) {
    const auto error = follower.poll(Clock::now());
    if (!error) return;
    observer_.model_failed(role_name(model));
    log_warning(fmt::format("model.kept: version {} continues: {}: {}",
                            version_name(model.choice, model.role, follower.serving()),
                            error->code(), error->what()));
  }

  void load(const FollowedModel& model, int version) {
    model.use(load_version(model.choice, model.role, version, options_));
    observer_.model_loaded(role_name(model));
    log_info(fmt::format("model.loaded: version {}{}",
                         version_name(model.choice, model.role, version),
                         model.role.empty() ? " answers" : ""));
  }

  const std::vector<FollowedModel> models_;
  const LoadOptions& options_;
  Observer& observer_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::thread thread_;
};

std::vector<FollowedModel> followed_models(const ModelChoice& live, const ServerOptions& options,
                                           Service& service) {
  std::vector<FollowedModel> models{
      {live, "", [&](auto next) { service.replace(std::move(next)); }}};
  auto& rollout = service.rollout();
  if (options.shadow) {
    models.push_back(
        {*options.shadow, "shadow", [&](auto next) { rollout.replace_shadow(std::move(next)); }});
  }
  if (options.canary) {
    models.push_back(
        {*options.canary, "canary", [&](auto next) { rollout.replace_canary(std::move(next)); }});
  }
  models.erase(std::remove_if(models.begin(), models.end(),
                              [](const auto& model) { return !model.choice.folder; }),
               models.end());
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
  Service service(options.service, load(choice, ""));
  HttpServer server(options.http, service);
  announce(server.address(), service.model()->facts(), options);
  const FollowThread follow(followed_models(choice, options, service), options.load,
                            service.observer());
  while (!signal.wait(std::chrono::hours(1))) {
  }
  service.not_ready();
  log_info("serve.stopping: answering accepted requests");
  if (server.stop(options.http.timeout)) return;
  throw Error("server.unfinished",
              fmt::format("requests without a response after {} ms, expected none",
                          options.http.timeout.count()),
              "raise --timeout, or lower --queue");
}

}  // namespace digits
