#include "serve/route.h"

#include <string>

#include "support/testing.h"

namespace digits {
namespace {

struct Case {
  const char* path;
  Endpoint endpoint;
  const char* model;
  const char* version;
};

// Each endpoint of the protocol is at its path, with and without a slash at the end.
TEST(Route, FindsEachEndpoint) {
  for (const Case& each : {
           Case{"/v2", Endpoint::kServer, "", ""},
           Case{"/v2/health/live", Endpoint::kLive, "", ""},
           Case{"/v2/health/ready", Endpoint::kReady, "", ""},
           Case{"/v2/models/m", Endpoint::kModel, "m", ""},
           Case{"/v2/models/m/ready", Endpoint::kModelReady, "m", ""},
           Case{"/v2/models/m/stats", Endpoint::kModelStats, "m", ""},
           Case{"/v2/models/m/profile", Endpoint::kModelProfile, "m", ""},
           Case{"/v2/models/m/infer", Endpoint::kInfer, "m", ""},
           Case{"/v2/models/m/feedback", Endpoint::kFeedback, "m", ""},
           Case{"/v2/models/m/versions/7", Endpoint::kModel, "m", "7"},
           Case{"/v2/models/m/versions/7/ready", Endpoint::kModelReady, "m", "7"},
           Case{"/v2/models/m/versions/7/infer", Endpoint::kInfer, "m", "7"},
           Case{"/v2/repository/index", Endpoint::kRepositoryIndex, "", ""},
           Case{"/metrics", Endpoint::kMetrics, "", ""},
           Case{"/page.js", Endpoint::kPageScript, "", ""},
           Case{"/page.css", Endpoint::kPageStyle, "", ""},
       }) {
    for (const char* end : {"", "/"}) {
      const auto route = find_route(each.path + std::string(end));
      EXPECT_EQ(route.endpoint, each.endpoint) << each.path << end;
      EXPECT_EQ(route.model, each.model) << each.path << end;
      EXPECT_EQ(route.version, each.version) << each.path << end;
    }
  }
  EXPECT_EQ(find_route("/").endpoint, Endpoint::kPage);
}

// A client of a proxy sends the host before the path, in any case: RFC 9112, 3.2.2.
TEST(Route, DropsTheHostOfATarget) {
  for (const char* begin : {"", "http://x", "HTTP://x:80", "https://user@[::1]:8080"}) {
    EXPECT_EQ(path_of_target(begin + std::string("/v2/health/live")), "/v2/health/live") << begin;
    EXPECT_EQ(path_of_target(begin + std::string("/")), "/") << begin;
  }
  EXPECT_EQ(path_of_target("http://x"), "/");
  for (const char* other : {"", "*", "x/v2", "//x/v2", "http:/x/v2", "http://", "http:///v2",
                            "ftp://x/v2", "/http://x/v2"}) {
    EXPECT_EQ(path_of_target(other), other);
  }
}

// An unknown path is rejected, and no similar path is used.
TEST(Route, RejectsOtherPaths) {
  for (const char* path :
       {"", "v2", "/v1", "/v2/health", "/v2/models", "/v2/models/", "/v2/models//",
        "/v2/models//infer", "/v2/models/m/infer/x", "/v2/models/m/versions",
        "/v2/models/m/versions//infer", "/v2//health/live", "/v2/health/live//", "/metrics/x",
        "/page.html", "/../etc/passwd"}) {
    EXPECT_EQ(error_code([&] { find_route(path); }), "route.unknown") << path;
  }
}

// Bodies of requests to the other endpoints are not stored.
TEST(Route, InferencesAndFeedbackReadTheirBody) {
  for (const char* path : {"/v2/models/m/infer", "/v2/models/m/feedback"}) {
    EXPECT_TRUE(reads_body(find_route(path).endpoint)) << path;
  }
  for (const char* path : {"/", "/page.js", "/page.css", "/metrics", "/v2", "/v2/health/live",
                           "/v2/health/ready", "/v2/models/m", "/v2/models/m/ready",
                           "/v2/models/m/stats", "/v2/models/m/profile", "/v2/repository/index"}) {
    EXPECT_FALSE(reads_body(find_route(path).endpoint)) << path;
  }
}

// Only endpoints without secrets are public.
TEST(Route, HealthAndPageArePublic) {
  EXPECT_TRUE(is_public(Endpoint::kLive));
  EXPECT_TRUE(is_public(Endpoint::kReady));
  EXPECT_TRUE(is_public(Endpoint::kPage));
  EXPECT_TRUE(is_public(Endpoint::kPageScript));
  EXPECT_TRUE(is_public(Endpoint::kPageStyle));
  for (const auto endpoint :
       {Endpoint::kInfer, Endpoint::kFeedback, Endpoint::kMetrics, Endpoint::kModel,
        Endpoint::kModelStats, Endpoint::kModelProfile, Endpoint::kRepositoryIndex}) {
    EXPECT_FALSE(is_public(endpoint));
  }
}

}  // namespace
}  // namespace digits
