// The program in use: a real package, real clients, signals, a repository.
#include <fmt/format.h>

#include <csignal>

#include "base/files.h"
#include "base/json.h"
#include "cli/extras.h"
#include "data/idx.h"
#include "integration/package_copy.h"
#include "integration/tiny_run.h"
#include "pipeline/config.h"
#include "repository/model_folder.h"
#include "serve/served_model.h"
#include "support/load.h"
#include "support/program.h"
#include "support/python.h"
#include "support/server_process.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// Values of 400 pixels.
std::string image_request(const std::string& values = "0.5") {
  std::string data = values;
  for (int i = 1; i < 400; ++i) data += "," + values;
  return R"({"inputs":[{"name":"images","shape":[1,1,20,20],"datatype":"FP32","data":[)" + data +
         "]}]}";
}

std::string name_of_model(int port) {
  const auto index = HttpClient(port).post("/v2/repository/index", "");
  return Json::parse(index->body).at(0).at("name");
}

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

// The server rejects an invalid model before it listens.
TEST(Serve, RejectsAnInvalidModelBeforeListening) {
  const TemporaryDirectory folder;
  fs::copy(tiny_run().package(), folder / "package", fs::copy_options::recursive);
  write_file(folder / "package" / "profile.json", "{}");
  for (const auto& [arguments, status] : std::vector<std::pair<std::vector<std::string>, int>>{
           {{"--model", folder / "package"}, kBadPackage},
           {{"--model", folder / "none"}, kBadPackage},
           {{"--model", tiny_run().package(), "--port", "65536"}, kUsage},
           {{"--model", tiny_run().package(), "--timeout", "0"}, kUsage},
           {{"--model", tiny_run().package(), "--host", "192.0.2.1"}, kUsage},
           {{"--model", tiny_run().package(), "--token-file", folder / "package/profile.json"},
            kUsage}}) {
    auto words = arguments;
    words.insert(words.begin(), "serve");
    const auto result = call_digits(words);  // a server would not return
    EXPECT_EQ(result.status, status) << result.err;
    EXPECT_EQ(result.out, "");
  }
}

// A repository of two versions of one model, the first one in use.
class Repository {
 public:
  Repository() {
    for (int i = 0; i < 2; ++i) {
      model.add(schema(), [](const fs::path& to) {
        fs::copy(tiny_run().package(), to, fs::copy_options::recursive);
      });
    }
  }
  static Schema schema() {
    return Json::parse(read_file(tiny_run().package() / "manifest.json")).at("data").get<Schema>();
  }
  TemporaryDirectory folder;
  ModelFolder model{folder.path(), "digit"};
};

void wait_for_version(const ServerProcess& server, int version) {
  const auto path = "/v2/models/digit/versions/" + std::to_string(version) + "/ready";
  while (HttpClient(server.port()).get(path)->status != 200) std::this_thread::yield();
}

// The promoted version answers, and no request is lost at the change. The same holds after a
// rollback.
TEST(Serve, FollowsThePromotedVersionUnderLoad) {
  Repository repository;
  ServerProcess server({"--model", repository.folder / "digit", "--threads", "2"});
  ASSERT_NE(server.port(), 0) << server.err();
  Load load(server.port(), 4, "/v2/models/digit/infer", image_request());
  for (const int version : {2, 1, 2}) {
    repository.model.promote(version);
    wait_for_version(server, version);
    const auto before = load.answered.load();
    while (load.answered < before + 20) std::this_thread::yield();
  }
  repository.model.rollback();
  wait_for_version(server, 1);
  load.stop();
  EXPECT_EQ(load.lost + load.not_accepted, 0);
  EXPECT_THAT(load.statuses(), testing::ElementsAre(testing::Pair(200, load.answered.load())));
  fmt::print("{} requests answered, {} lost\n", load.answered.load(), load.lost.load());
  EXPECT_THAT(load.versions(), testing::SizeIs(2));
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0);
  EXPECT_THAT(server.err(), testing::HasSubstr("model.loaded: version 2"));
}

// A version that does not give its golden logits never answers. The previous version continues, and
// log and metrics give the reason.
TEST(Serve, KeepsTheOldVersionIfTheNewOneIsInvalid) {
  Repository repository;
  const auto package = repository.model.path_of(2);
  auto golden = read_file(package / "golden.safetensors");
  golden[golden.size() - 2] = static_cast<char>(golden[golden.size() - 2] ^ 0x40);  // a logit
  write_file(package / "golden.safetensors", golden);
  renew_sums(package);
  const ServerProcess server({"--model", repository.folder / "digit", "--threads", "1"});
  ASSERT_NE(server.port(), 0) << server.err();
  repository.model.promote(2);
  const auto metrics = [&] { return HttpClient(server.port()).get("/metrics")->body; };
  const std::string failed = R"(digits_model_loads_total{outcome="failed",role="live"} 1)";
  while (metrics().find(failed) == std::string::npos) std::this_thread::yield();
  const auto reply = HttpClient(server.port()).post("/v2/models/digit/infer", image_request());
  EXPECT_EQ(Json::parse(reply->body).at("model_version"), "1");
  EXPECT_THAT(server.err(), testing::HasSubstr("version 1 continues: package.golden"));
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
  const TemporaryDirectory folder;
  write_file(folder / "stats.json", stats.dump());
  return run_digits({"shadow-report", "--min-images", "100", "--min-agreement", "0.95",
                     "--max-slowdown", "1000", folder / "stats.json"})
      .status;
}

// Each connection is an open file, and 64 more are kept for everything else. With a lower limit the
// server takes fewer connections, and says so.
TEST(Serve, TakesAsManyConnectionsAsFilesMayBeOpen) {
  const auto messages = [](int files) {
    const TemporaryDirectory folder;
    ProcessOptions options;
    options.stdout_path = folder / "out";
    options.interrupt_when = [&] {
      return fs::exists(folder / "out") &&
             read_file(folder / "out").find("threads") != std::string::npos;
    };
    const auto limited = fmt::format("ulimit -n {} && exec \"$0\" \"$@\"", files);
    const auto result =
        run_process({"sh", "-c", limited, program_path(), "serve", "--model", tiny_run().package(),
                     "--port", "0", "--threads", "1", "--connections", "10"},
                    options);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.err;
  };
  EXPECT_THAT(messages(74), testing::Not(testing::HasSubstr("connections at once")));
  EXPECT_THAT(messages(73), testing::HasSubstr("9 connections at once instead of 10: the limit of "
                                               "open files is 73\n"));
}

// Each number has its limits, which the message of a wrong one gives. With the missing file no
// server would start if one were accepted.
TEST(Serve, NamesTheLimitsOfItsOptions) {
  const auto package = tiny_run().package();
  for (const std::string refused :
       {"--port 65536, expected 0 to 65535", "--threads 1025, expected 0 to 1024",
        "--queue 0, expected 1 to 1000000", "--max-batch 129, expected 1 to 128",
        "--max-body 1025, expected 1 to 1024", "--connections 0, expected 1 to 1000000",
        "--timeout 3601, expected 1 to 3600", "--drift-window 49, expected 50 to 1000000",
        "--feedback-requests 0, expected 1 to 10000000"}) {
    const auto blank = refused.find(' ');
    const auto value = refused.substr(blank + 1, refused.find(',') - blank - 1);
    const auto result = call_digits(
        {"serve", "--model", package, refused.substr(0, blank), value, "--token-file", "/missing"});
    EXPECT_EQ(result.status, 2) << refused;
    EXPECT_THAT(result.err, testing::HasSubstr("usage.option: " + refused + " (hint: "));
  }
}

// For scripts that start a server on a free port: one JSON object on the first line.
TEST(Serve, PrintsItsAddressAsJson) {
  const ServerProcess server({"--model", tiny_run().package(), "--json"});
  ASSERT_NE(server.port(), 0) << server.err();
  const auto json = Json::parse(server.out());
  EXPECT_EQ(json.at("address"), "http://127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(json.at("version"), "1");
}

// The report passes the same model, and fails one with other weights.
TEST(Serve, ShadowReportDetectsAWorseModel) {
  EXPECT_EQ(report_on_shadow(tiny_run().package()), kDone);
  const TemporaryDirectory folder;
  write_other_package(folder / "other");
  EXPECT_EQ(report_on_shadow(folder / "other"), kGateFailed);
}

// From the configuration by the package to the server's facts, which the metrics export.
TEST(Serve, KnowsTheDayOfTheData) {
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  fs::copy(tiny_run().path(), run, fs::copy_options::recursive);
  EXPECT_EQ(load_model(run / "package", "", "1", {})->facts().data_date, "");
  auto config = load_complete_config(run / "config.toml");
  config.data.date = "2026-01-31";
  write_file(run / "config.toml", to_toml(config));
  ASSERT_EQ(call_digits({"package", run, "--out", folder / "dated"}).status, 0);
  EXPECT_EQ(load_model(folder / "dated", "", "1", {})->facts().data_date, "2026-01-31");
}

// Requests without the token are rejected, but for health.
TEST(Serve, RequiresTheToken) {
  const TemporaryDirectory folder;
  write_file(folder / "token", "correct-horse-battery\n");
  const ServerProcess server({"--model", tiny_run().package(), "--token-file", folder / "token"});
  ASSERT_NE(server.port(), 0) << server.err();
  HttpClient client(server.port());
  EXPECT_EQ(client.get("/v2")->status, 401);
  EXPECT_EQ(client.get("/v2/health/ready")->status, 200);
  client.send("GET /v2 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer correct-horse-battery\r\n\r\n");
  EXPECT_EQ(client.receive()->status, 200);
}

}  // namespace
}  // namespace digits
