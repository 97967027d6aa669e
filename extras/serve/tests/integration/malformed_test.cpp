// 10,000 malformed requests by kind, each with the status that its client must get.
#include <fmt/format.h>

#include <map>
#include <random>

#include "base/json.h"
#include "support/loopback.h"

namespace digits {
namespace {

using Random = std::mt19937_64;

template <typename T>
const T& one_of(const std::vector<T>& all, Random& random) {
  return all[random() % all.size()];
}

Json good() { return Json::parse(fake_request()); }

// The body with one field replaced by a text that need not be JSON.
std::string with(const std::string& field, const std::string& text) {
  auto body = good();
  body["inputs"][0][field] = "@";
  auto all = body.dump();
  return all.replace(all.find("\"@\""), 3, text);
}

std::string repeated(const std::string& text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

const std::vector<std::string> kFields{"name", "shape", "datatype", "data"};

std::string without_a_field(Random& random) {
  auto body = good();
  body["inputs"][0].erase(one_of(kFields, random));
  return random() % 8 == 0 ? "{}" : body.dump();
}
std::string with_a_wrong_value(Random& random) {
  static const std::vector<std::string> values{"null", "true", "-1", "\"x\"", "{}", "[]", "[{}]"};
  if (random() % 8 == 0) return R"({"inputs":)" + one_of(values, random) + "}";
  return with(one_of(kFields, random), one_of(values, random));
}
std::string with_an_unknown_field(Random& random) {
  auto body = good();
  (random() % 2 == 0 ? body : body["inputs"][0])["field" + std::to_string(random() % 100)] = 1;
  return body.dump();
}
std::string with_a_repeated_field(Random& random) {
  const auto& field = one_of(kFields, random);
  return with(field, good()["inputs"][0][field].dump() + ",\"" + field + "\":1");
}
std::string with_no_pixel(Random& random) {
  static const std::vector<std::string> values{"NaN",  "Infinity", "-Infinity", "1e400", "1e39",
                                               "-0.1", "1.001",    "256",       "null",  "\"1\"",
                                               "0x1",  "1.",       ".5",        "+1",    "00.5"};
  return with("data", "[0.5,0.5," + one_of(values, random) + ",0.5]");
}
std::string with_a_wrong_shape(Random& random) {
  static const std::vector<std::string> shapes{
      "[0,1,2,2]",   "[-1,1,2,2]",  "[2,1,2,2]", "[1,1,2]",
      "[1,1,2,2,1]", "[1.5,1,2,2]", "[1,1,4,1]", "[18446744073709551617,1,2,2]"};
  return with("shape", one_of(shapes, random));
}
std::string with_too_many_images(Random& random) {
  static const std::vector<std::string> shapes{"[9,1,2,2]", "[4294967297,1,2,2]",
                                               "[4611686018427387905,1,2,2]"};
  return with("shape", one_of(shapes, random));
}
std::string nested(Random& random) {
  const auto depth = 17 + random() % 3000;
  return with("data",
              repeated("[", depth) + "0.5" + (random() % 2 == 0 ? "" : repeated("]", depth)));
}
std::string in_no_unicode(Random& random) {
  static const std::vector<std::string> bytes{"\xff", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80",
                                              "\x01"};
  return with("name", "\"images" + one_of(bytes, random) + "\"");
}
std::string cut_off(Random& random) {
  const auto body = fake_request();
  return body.substr(0, random() % body.size());
}
std::string with_more_behind(Random& random) {
  static const std::vector<std::string> more{"}", "{}", "x", ",", std::string(1, '\0')};
  return fake_request() + one_of(more, random);
}
std::string with_no_picture(Random& random) {
  static const std::vector<std::string> data{"\"\"", "\"****\"", "\"AAA\"", "\"iVBORw0KGgo=\"",
                                             "1"};
  return R"({"inputs":[{"name":"picture","shape":[1],"datatype":"BYTES","data":[)" +
         one_of(data, random) + "]}]}";
}

struct Kind {
  const char* name;
  std::string (*body)(Random& random);
  int status = 400;
};
const std::vector<Kind> kBodies{{"a missing field", without_a_field},
                                {"a wrong value", with_a_wrong_value},
                                {"an unknown field", with_an_unknown_field},
                                {"a repeated field", with_a_repeated_field},
                                {"no pixel", with_no_pixel},
                                {"a wrong shape", with_a_wrong_shape},
                                {"nested", nested},
                                {"no Unicode", in_no_unicode},
                                {"cut off", cut_off},
                                {"more behind it", with_more_behind},
                                {"no picture", with_no_picture},
                                {"too many images", with_too_many_images, 413}};

std::string chunked(const std::string& body) {
  return std::string("POST ") + kInfer +
         " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
         fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size(), body);
}

class MalformedRequests : public HttpServerTest {
 protected:
  // The statuses of these requests, sent at once on one connection.
  std::map<int, int> pipelined(const std::vector<std::string>& requests) {
    HttpClient client(port);
    std::string bytes;
    for (const auto& request : requests) bytes += request;
    client.send(bytes);
    std::map<int, int> statuses;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const auto reply = client.receive();
      ++statuses[reply ? reply->status : 0];
    }
    return statuses;
  }
};

// Each gets its status, in order, whole or in chunks; then the server answers as before, and no
// request is left open.
TEST_F(MalformedRequests, GetTheirStatus) {
  start();
  constexpr std::size_t kCount = 10'000, kTogether = 10;
  Random random(test_seed());
  std::vector<std::map<int, int>> table(kBodies.size());  // statuses of each kind
  for (std::size_t i = 0; i < kCount / kTogether; ++i) {
    const auto& kind = kBodies[i % kBodies.size()];
    std::vector<std::string> requests;
    for (std::size_t k = 0; k < kTogether; ++k) {
      const auto body = kind.body(random);
      requests.push_back(random() % 4 == 0 && !body.empty() ? chunked(body)
                                                            : post_request(kInfer, body));
    }
    for (const auto& [status, times] : pipelined(requests)) {
      table[i % kBodies.size()][status] += times;
    }
  }
  for (std::size_t i = 0; i < kBodies.size(); ++i) {
    fmt::print("{:<18}", kBodies[i].name);
    for (const auto& [status, times] : table[i]) fmt::print(" {} x {}", times, status);
    fmt::print("\n");
    EXPECT_THAT(table[i], testing::ElementsAre(testing::Pair(kBodies[i].status, testing::_)));
  }
  HttpClient client(port);
  EXPECT_EQ(client.post(kInfer, fake_request())->status, 200);
  EXPECT_THAT(client.get("/metrics")->body, testing::HasSubstr("\ndigits_requests_in_flight 1\n"));
}

}  // namespace
}  // namespace digits
