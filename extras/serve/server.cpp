#include "serve/server.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
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

// Every connection is an open file. Returns the largest possible number of connections.
std::size_t allowed_connections(std::size_t wanted) {
  constexpr std::size_t kOthers = 64;  // the model's files, logs, epoll
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted + kOthers) return wanted;
  const auto allowed = static_cast<std::size_t>(limit.rlim_cur) - kOthers;
  log_warning(fmt::format("{} connections at once instead of {}: the limit of open files is {}",
                          allowed, wanted, limit.rlim_cur));
  return allowed;
}

std::shared_ptr<const ServedModel> load_version(const ModelChoice& choice, int version,
                                                const LoadOptions& options) {
  const auto package = choice.folder ? choice.folder->path_of(version) : choice.package;
  const auto name = choice.folder ? choice.folder->name() : std::string();
  return load_model(package, name, std::to_string(version), options);
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

// Follows the promoted version on a thread of its own.
class FollowThread {
 public:
  FollowThread(const ModelChoice& choice, const LoadOptions& options, Service& service)
      : choice_(choice), options_(options), service_(service) {
    if (choice_.folder) thread_ = std::thread([this] { follow_until_stopped(); });
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
    VersionFollower follower([this] { return choice_.folder->current(); },
                             [this](int version) { load(version); }, choice_.version);
    std::unique_lock lock(mutex_);
    while (!wake_.wait_for(lock, kFollowInterval, [this] { return stopped_; })) {
      lock.unlock();
      if (const auto error = follower.poll(Clock::now())) {
        service_.observer().model_failed();
        log_warning(fmt::format("model.kept: version {} continues: {}: {}", follower.serving(),
                                error->code(), error->what()));
      }
      lock.lock();
    }
  }

  void load(int version) {
    service_.replace(load_version(choice_, version, options_));
    log_info(fmt::format("model.loaded: version {} answers", version));
  }

  const ModelChoice& choice_;
  const LoadOptions& options_;
  Service& service_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
  std::thread thread_;
};

}  // namespace

ModelChoice choose_model(const fs::path& path, const fs::path& package) {
  const auto whole = fs::absolute(path).lexically_normal();
  const auto folder = whole.has_filename() ? whole : whole.parent_path();
  if (kind_of(folder / "current.json") == PathKind::kMissing) return {package, std::nullopt, 1};
  ModelFolder model(folder.parent_path(), folder.filename().string());
  const int version = model.current();
  return {model.path_of(version), std::move(model), version};
}

void serve(const ModelChoice& choice, const ServerOptions& given) {
  const StopSignal signal;
  std::signal(SIGPIPE, SIG_IGN);
  auto options = given;
  options.http.connections = allowed_connections(options.http.connections);
  if (!options.shadow.empty()) {
    options.service.shadow = load_model(options.shadow, "", "shadow", options.load);
  }
  Service service(options.service, load_version(choice, choice.version, options.load));
  HttpServer server(options.http, service);
  announce(server.address(), service.model()->facts(), options);
  const FollowThread follow(choice, options.load, service);
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
