// The program in use: a real package, real clients, signals.
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/extras.h"
#include "data/idx.h"
#include "integration/package_copy.h"
#include "integration/tiny_run.h"
#include "support/http_client.h"
#include "support/load.h"
#include "support/program.h"
#include "support/python.h"
#include "support/server_process.h"
#include "support/tiny_requests.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// The program prints everything that a user needs to continue. Then it answers as `predict` does.
TEST(Serve, AnswersStandardClientsAsPredictDoes) {
  const auto package = tiny_run().package();
  const ServerProcess server({"--model", package, "--threads", "1"});
  ASSERT_NE(server.port(), 0) << server.err();
  EXPECT_THAT(server.out(), testing::HasSubstr("version  1\n"));
  EXPECT_THAT(server.out(), testing::HasSubstr("engine   "));
  const auto python = python_with({"json"});
  if (python.empty()) GTEST_SKIP() << "no python3";
  for (const char* name : {"digits/3-large.png", "photos/good/7-plain.jpg"}) {
    const auto picture = fixtures() / name;
    const auto client =
        run_process({python, source_path("extras/serve/tests/integration/foreign_client.py"),
                     std::to_string(server.port()), name_of_model(server.port()), picture});
    ASSERT_EQ(client.status, 0) << client.err;
    const auto predict = call_digits({"predict", "--json", "--model", package, picture});
    const std::string label = Json::parse(predict.out).at("label");
    std::string expected = label;
    for (int i = 1; i < 8; ++i) expected += " " + label;
    EXPECT_EQ(client.out, expected + "\n") << name;
  }
}

// A photo in which the program's reader finds several digits is rejected with their number. Read as
// one digit, it is answered.
TEST(Serve, RejectsPicturesWithAReason) {
  const ServerProcess server({"--model", tiny_run().package(), "--threads", "1"});
  ASSERT_NE(server.port(), 0) << server.err();
  const auto python = python_with({"json"});
  if (python.empty()) GTEST_SKIP() << "no python3";
  const auto script = R"(
import base64, json, sys, urllib.error, urllib.request
port, model, path, one = sys.argv[1:]
data = base64.b64encode(open(path, "rb").read()).decode()
body = json.dumps({"inputs": [{"name": "picture", "shape": [1], "datatype": "BYTES",
                               "data": [data], "parameters": {"one": one == "one"}}]}).encode()
try:
    urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/models/{model}/infer", body)
    print(200)
except urllib.error.HTTPError as error:
    print(error.code, json.load(error)["error"].split(":")[0])
)";
  const auto name = name_of_model(server.port());
  const auto ask = [&](const char* picture, const char* one) {
    return run_process({python, "-c", script, std::to_string(server.port()), name,
                        fixtures() / picture, one})
        .out;
  };
  const bool finds_several = all_extras().picture_reader.read != nullptr;
  EXPECT_EQ(ask("photos/good/1984-line.jpg", "any"),
            finds_several ? "400 image.several\n" : "200\n");
  EXPECT_EQ(ask("photos/good/1984-line.jpg", "one"), "200\n");
  EXPECT_EQ(ask("photos/bad/blank.jpg", "any"), "400 image.blank\n");
  EXPECT_EQ(ask("photos/bad/truncated.jpg", "any"), "400 image.unreadable\n");
}

// Inferences in a server's log.
long requests_in(const fs::path& log) {
  std::istringstream lines(read_file(log));
  long count = 0;
  for (std::string line; std::getline(lines, line);) {
    count += line.find("/infer\"") == std::string::npos ? 0 : 1;
  }
  return count;
}

// After either signal, under load, the server answers all requests and exits with status 0.
TEST(Serve, StopsCleanlyUnderLoad) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const TemporaryDirectory folder;
    const fs::path log = folder / "log";
    ServerProcess server({"--model", tiny_run().package(), "--threads", "2", "--log", log});
    ASSERT_NE(server.port(), 0) << server.err();
    Load load(server.port(), 8, "/v2/models/" + name_of_model(server.port()) + "/infer",
              image_request());
    while (load.answered < 200) std::this_thread::yield();
    server.signal(signal);
    load.wait();
    EXPECT_EQ(server.wait(), 0) << server.err();
    EXPECT_EQ(load.lost, 0);
    EXPECT_THAT(load.statuses(), testing::ElementsAre(testing::Pair(200, load.answered.load())));
    EXPECT_EQ(requests_in(log), load.answered);  // each response arrived
    fmt::print("{} requests answered, {} lost, {} not accepted\n", load.answered.load(),
               load.lost.load(), load.not_accepted.load());
    EXPECT_THAT(load.bodies(), testing::SizeIs(1));  // whatever a request was batched with
    EXPECT_THAT(server.err(), testing::HasSubstr("serve.stopping"));
  }
}

// A load balancer with an open connection learns that the server stops. On a busy machine the
// server may have closed the connection before the question: then another one is asked.
TEST(Serve, IsNotReadyWhileStopping) {
  int status = 0;
  for (int round = 0; round < 10 && status == 0; ++round) {
    ServerProcess server({"--model", tiny_run().package(), "--threads", "1"});
    ASSERT_NE(server.port(), 0) << server.err();
    HttpClient balancer(server.port());
    EXPECT_EQ(balancer.get("/v2/health/ready")->status, 200);
    server.signal(SIGTERM);
    while (server.err().find("serve.stopping") == std::string::npos) std::this_thread::yield();
    if (const auto reply = balancer.get("/v2/health/ready")) status = reply->status;
    EXPECT_EQ(server.wait(), 0);
  }
  EXPECT_EQ(status, 503);
}

// A server that gets a signal before its first request ends too.
TEST(Serve, StopsWhenIdle) {
  ServerProcess server({"--model", tiny_run().package()});
  ASSERT_NE(server.port(), 0) << server.err();
  HttpClient idle(server.port());
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_TRUE(idle.ended());
}

// Sends the test images as pixels, inverted if asked, and returns the state of their drift.
std::string drift_of(HttpClient& client, const std::string& model, bool inverted) {
  const auto images = read_idx(source_path("data/fixtures/tiny/t10k-images-idx3-ubyte.gz"));
  constexpr std::size_t kPixels = 400, kCount = 100;
  for (std::size_t first = 0; first + kCount * kPixels <= images.values.size();
       first += kCount * kPixels) {
    Json pixels = Json::array();
    for (std::size_t i = 0; i < kCount * kPixels; ++i) {
      const int value = images.values[first + i];
      pixels.push_back(inverted ? 255 - value : value);
    }
    const Json input{{"name", "pixels"},
                     {"shape", {kCount, 1, 20, 20}},
                     {"datatype", "UINT8"},
                     {"data", std::move(pixels)}};
    client.post("/v2/models/" + model + "/infer", Json{{"inputs", {input}}}.dump());
  }
  const std::string expected = inverted ? "drifting" : "ok";
  Json drift = Json::object();
  for (int i = 0; i < 600 && drift.value("state", "") != expected; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));  // judged once a second
    const auto stats = Json::parse(client.get("/v2/models/" + model + "/stats")->body);
    drift = stats.at("/model_stats/0/drift"_json_pointer);
  }
  return drift.value("state", "");
}

// Images like those of training are ok, inverted ones drift within one window: in the statistics,
// the metrics and the log.
TEST(Serve, DetectsDriftOfItsInputs) {
  const ServerProcess server(
      {"--model", tiny_run().package(), "--threads", "1", "--drift-window", "200"});
  ASSERT_NE(server.port(), 0) << server.err();
  const auto model = name_of_model(server.port());
  HttpClient client(server.port());
  EXPECT_EQ(drift_of(client, model, /*inverted=*/false), "ok");
  EXPECT_EQ(drift_of(client, model, /*inverted=*/true), "drifting");
  EXPECT_THAT(client.get("/metrics")->body,
              testing::HasSubstr(R"(digits_drift_state{state="drifting"} 1)"));
  EXPECT_THAT(server.err(), testing::HasSubstr("drift.ok: the latest 200 inputs"));
  EXPECT_THAT(server.err(), testing::HasSubstr("drift.drifting: the latest 200 inputs"));
}

// Sends some traffic to a shadow, and returns the exit status of its report.
int report_on_shadow(const fs::path& shadow) {
  const ServerProcess server({"--model", tiny_run().package(), "--shadow", shadow});
  const auto name = name_of_model(server.port());
  HttpClient client(server.port());
  for (int i = 0; i < 120; ++i) {
    client.post("/v2/models/" + name + "/infer", image_request("0." + std::to_string(i % 10)));
  }
  Json stats;
  do {
    stats = Json::parse(client.get("/v2/models/" + name + "/stats")->body);
  } while (stats.at("/model_stats/0/shadow/agreement/n"_json_pointer) < 120);
  EXPECT_EQ(stats.at("/model_stats/0/shadow/shadow_version"_json_pointer), "shadow");
  const TemporaryDirectory folder;
  write_file(folder / "stats.json", stats.dump());
  return run_digits({"shadow-report", "--min-images", "100", "--min-agreement", "0.95",
                     "--max-slowdown", "1000", folder / "stats.json"})
      .status;
}

// The report passes the same model, and fails one with other weights.
TEST(Serve, ShadowReportDetectsAWorseModel) {
  EXPECT_EQ(report_on_shadow(tiny_run().package()), kDone);
  const TemporaryDirectory folder;
  write_other_package(folder / "other");
  EXPECT_EQ(report_on_shadow(folder / "other"), kGateFailed);
}

}  // namespace
}  // namespace digits
