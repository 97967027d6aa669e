// The built server starts, is ready, answers within its budget, and stops: on each device.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "integration/tiny_run.h"
#include "smoke/smoke.h"
#include "support/http_client.h"
#include "support/server_process.h"

namespace digits {
namespace {

// `name` is what the server calls the device when it is ready.
void start_answer_and_stop(const std::string& device, const std::string& name) {
  ServerProcess server({"--model", tiny_run().package(), "--device", device});
  ASSERT_NE(server.port(), 0) << server.err();
  EXPECT_THAT(server.out(), testing::HasSubstr("\ndevice   " + name + "\n"));
  HttpClient client(server.port());
  EXPECT_EQ(client.get("/v2/health/ready")->status, 200);
  EXPECT_EQ(client.get("/")->status, 200);
  const std::string model =
      Json::parse(client.post("/v2/repository/index", "")->body).at(0).at("name");

  std::string data = "0";
  for (int i = 1; i < 400; ++i) data += i % 7 == 0 ? ",255" : ",0";
  const auto body =
      R"({"inputs":[{"name":"pixels","shape":[1,1,20,20],"datatype":"UINT8","data":[)" + data +
      "]}]}";
  std::vector<double> milliseconds;
  for (int i = 0; i < 200; ++i) {
    const auto start = std::chrono::steady_clock::now();
    ASSERT_EQ(client.post("/v2/models/" + model + "/infer", body)->status, 200);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    milliseconds.push_back(took.count());
  }
  std::nth_element(milliseconds.begin(), milliseconds.begin() + 100, milliseconds.end());
  EXPECT_LT(milliseconds[100], 10.0);  // the median; some 0.2 ms on two quiet cores
  EXPECT_THAT(client.get("/metrics")->body, testing::HasSubstr("digits_request_seconds_count 200"));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0) << server.err();
}

TEST(ServeSmoke, StartsAnswersAndStops) { start_answer_and_stop("cpu", "cpu"); }

TEST(ServeSmoke, StartsAnswersAndStopsOnCuda) {
  if (!has_cuda()) GTEST_SKIP() << "no CUDA device seen";
  start_answer_and_stop("cuda", "cuda:0");
}

}  // namespace
}  // namespace digits
