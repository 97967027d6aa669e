#include "serve/route.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/printable.h"

namespace digits {

namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& path) {
  Words words;
  for (std::size_t begin = 1; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    words.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  if (!words.empty() && words.back().empty()) words.pop_back();  // a slash at the end
  return words;
}

std::optional<Endpoint> fixed_endpoint(const Words& words) {
  static const std::map<Words, Endpoint> kFixed{
      {{}, Endpoint::kPage},
      {{"page.js"}, Endpoint::kPageScript},
      {{"page.css"}, Endpoint::kPageStyle},
      {{"metrics"}, Endpoint::kMetrics},
      {{"v2"}, Endpoint::kServer},
      {{"v2", "health", "live"}, Endpoint::kLive},
      {{"v2", "health", "ready"}, Endpoint::kReady},
      {{"v2", "repository", "index"}, Endpoint::kRepositoryIndex},
  };
  const auto found = kFixed.find(words);
  return found == kFixed.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Endpoint> model_endpoint(const Words& rest) {
  if (rest.empty()) return Endpoint::kModel;
  if (rest.size() > 1) return std::nullopt;
  if (rest[0] == "infer") return Endpoint::kInfer;
  if (rest[0] == "feedback") return Endpoint::kFeedback;
  if (rest[0] == "ready") return Endpoint::kModelReady;
  if (rest[0] == "stats") return Endpoint::kModelStats;
  if (rest[0] == "profile") return Endpoint::kModelProfile;
  return std::nullopt;
}

std::optional<Route> model_route(Words words) {
  if (words.size() < 3 || words[0] != "v2" || words[1] != "models" || words[2].empty()) {
    return std::nullopt;
  }
  Route route{Endpoint::kModel, words[2], ""};
  words.erase(words.begin(), words.begin() + 3);
  if (words.size() >= 2 && words[0] == "versions" && !words[1].empty()) {
    route.version = words[1];
    words.erase(words.begin(), words.begin() + 2);
  }
  const auto endpoint = model_endpoint(words);
  if (!endpoint) return std::nullopt;
  route.endpoint = *endpoint;
  return route;
}

}  // namespace

std::string path_of_target(const std::string& target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (::strncasecmp(target.c_str(), scheme.data(), scheme.size()) != 0) continue;
    const auto end_of_host = std::min(target.find('/', scheme.size()), target.size());
    if (end_of_host == scheme.size()) break;
    return end_of_host == target.size() ? "/" : target.substr(end_of_host);
  }
  return target;
}

Route find_route(const std::string& path) {
  if (!path.empty() && path[0] == '/') {
    const auto words = words_of(path);
    if (const auto endpoint = fixed_endpoint(words)) return {*endpoint, "", ""};
    if (auto route = model_route(words)) return *route;
  }
  throw Error("route.unknown",
              fmt::format("no {}, expected a path of the Open Inference Protocol, /, or /metrics",
                          printable(path.substr(0, 200))),
              "GET /v2 names the server, GET /v2/models/NAME its model");
}

const char* method_of(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kInfer:
    case Endpoint::kFeedback:
    case Endpoint::kRepositoryIndex:
      return "POST";
    default:
      return "GET";
  }
}

bool reads_body(Endpoint endpoint) {
  return endpoint == Endpoint::kInfer || endpoint == Endpoint::kFeedback;
}

bool is_public(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kPage:
    case Endpoint::kPageScript:
    case Endpoint::kPageStyle:
    case Endpoint::kLive:
    case Endpoint::kReady:
      return true;
    default:
      return false;
  }
}

}  // namespace digits
