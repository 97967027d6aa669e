// Requests to a server of the tiny run's package, whose images have 20x20 pixels.
#pragma once

#include <string>

#include "base/json.h"
#include "support/http_client.h"

namespace digits {

// Values of 400 pixels.
inline std::string image_request(const std::string& values = "0.5") {
  std::string data = values;
  for (int i = 1; i < 400; ++i) data += "," + values;
  return R"({"inputs":[{"name":"images","shape":[1,1,20,20],"datatype":"FP32","data":[)" + data +
         "]}]}";
}

inline std::string name_of_model(int port) {
  const auto index = HttpClient(port).post("/v2/repository/index", "");
  return Json::parse(index->body).at(0).at("name");
}

}  // namespace digits
