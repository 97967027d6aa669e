// Runs `digits serve`: a model behind an address until a signal arrives.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "base/error.h"
#include "repository/model_folder.h"
#include "serve/http_server.h"
#include "serve/served_model.h"
#include "serve/service.h"

namespace digits {

// The model to serve.
struct ModelChoice {
  std::filesystem::path package;
  std::optional<ModelFolder> folder;  // of a repository: its promoted version is followed
  int version = 1;
};

// `path`: a model's folder in a repository, else a package. Throws repository.*.
ModelChoice choose_model(const std::filesystem::path& path);

// The number of threads that read and write, for `computing` threads that compute: reading takes
// less time.
int reading_threads(int computing);

// The error of a server that has lost clients or requests at the end of `timeout`.
Error unfinished_error(std::chrono::milliseconds timeout);

struct ServerOptions {
  HttpOptions http;
  ServiceOptions service;
  LoadOptions load;
  std::optional<ModelChoice> shadow, canary;
  bool json = false;  // print the address and the model as one JSON object
};

// Prints the address and the model when it is ready; returns after SIGINT, SIGTERM or SIGHUP, when
// all accepted requests are answered. Throws as Package::load and HttpServer, and server.unfinished
// when HttpServer::stop is not complete within the timeout.
void serve(const ModelChoice& choice, const ServerOptions& options);

}  // namespace digits
