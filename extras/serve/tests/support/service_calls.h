// Calls a Service of a fake model without a socket.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/schema.h>

#include <future>
#include <memory>
#include <string>
#include <utility>

#include "base/files.h"
#include "serve/service.h"
#include "support/fake_model.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {

inline HttpRequest request_of(const std::string& method, const std::string& path,
                              const std::string& body = "") {
  HttpRequest request;
  request.method = method;
  request.path = path;
  request.body = body;
  request.has_length = method == "POST";
  request.start = Clock::now();
  return request;
}

// The response that a server would send.
inline HttpResponse ask(Service& service, const HttpRequest& request) {
  try {
    service.admit(request);
  } catch (const Error& error) {
    return service.error_response(request, error);
  }
  std::promise<HttpResponse> promise;
  service.handle(request, [&](HttpResponse response) { promise.set_value(std::move(response)); });
  return promise.get_future().get();
}

inline Json json_of(const HttpResponse& response) { return Json::parse(response.body); }

inline std::string header(const HttpResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

// Checks a text against a committed schema, with another library than the server's.
inline bool fits(const std::string& text, const std::string& schema_name) {
  const auto parsed = [](const std::string& json) {
    rapidjson::Document document;
    document.Parse(json.c_str());
    EXPECT_FALSE(document.HasParseError()) << json;
    return document;
  };
  const auto schema_file = source_path("extras/serve/schemas/" + schema_name + ".schema.json");
  const rapidjson::SchemaDocument schema(parsed(read_file(schema_file)));
  rapidjson::SchemaValidator validator(schema);
  return parsed(text).Accept(validator);
}

class ServiceTest : public testing::Test {
 protected:
  std::unique_ptr<Service> make(ServiceOptions options = {}) {
    return std::make_unique<Service>(options, std::make_shared<FakeModel>());
  }
};

}  // namespace digits
