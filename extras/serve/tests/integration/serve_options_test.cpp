// The options of the program: valid ones take effect, others stop it before it listens.
#include <fmt/format.h>

#include <filesystem>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "integration/tiny_run.h"
#include "pipeline/config.h"
#include "serve/served_model.h"
#include "support/http_client.h"
#include "support/program.h"
#include "support/server_process.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

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

// Whether the server has printed its address. It must answer there.
bool has_answered(const std::string& out) {
  static const std::regex address("http://[0-9.]+:([0-9]+)[^0-9][^]*threads");
  std::smatch match;
  if (!std::regex_search(out, match, address)) return false;
  const auto reply = HttpClient(std::stoi(match[1].str())).get("/v2/health/live");
  EXPECT_EQ(reply ? reply->status : 0, 200);
  return true;
}

// Runs a server until it has answered, or ends by itself. `first` is a command of the shell.
ProcessResult run_until_answered(const std::string& first, std::vector<std::string> arguments) {
  const TemporaryDirectory folder;
  ProcessOptions options;
  options.stdout_path = folder / "out";
  options.environment["CUDA_VISIBLE_DEVICES"] = "";  // a GPU's driver opens many files
  options.interrupt_when = [&] {
    return fs::exists(folder / "out") && has_answered(read_file(folder / "out"));
  };
  arguments.insert(arguments.begin(),
                   {"sh", "-c", first + " && exec \"$0\" \"$@\"", program_path(), "serve",
                    "--model", tiny_run().package(), "--port", "0", "--threads", "1"});
  return run_process(arguments, options);
}

ProcessResult run_with_open_files(int files) {
  return run_until_answered(fmt::format("ulimit -n {}", files), {"--connections", "10"});
}

// Each connection is an open file, and 64 more are kept for everything else. With a lower limit the
// server takes fewer connections, and says so.
TEST(Serve, TakesAsManyConnectionsAsFilesMayBeOpen) {
  const auto messages = [](int files) {
    const auto result = run_with_open_files(files);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.err;
  };
  EXPECT_THAT(messages(74), testing::Not(testing::HasSubstr("connections at once")));
  EXPECT_THAT(messages(73), testing::HasSubstr("9 connections at once instead of 10: the limit of "
                                               "open files is 73\n"));
}

// A server that could not take one connection does not start.
TEST(Serve, NeedsAFileForAConnection) {
  const auto result = run_with_open_files(64);
  EXPECT_EQ(result.status, kInternalError);
  EXPECT_THAT(result.err, testing::HasSubstr("server.start: the limit of open files is 64, "
                                             "expected more than 64"));
}

// A server without a token says so if other machines reach it.
TEST(Serve, WarnsOfAnAddressThatIsOpenToAll) {
  const TemporaryDirectory folder;
  write_file(folder / "token", "correct-horse-battery\n");
  const auto warns = [](const std::vector<std::string>& arguments) {
    const auto result = run_until_answered("true", arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.err.find("serve.open: any client") != std::string::npos;
  };
  EXPECT_FALSE(warns({}));
  EXPECT_TRUE(warns({"--host", "0.0.0.0"}));
  EXPECT_FALSE(warns({"--host", "0.0.0.0", "--token-file", folder / "token"}));
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

// The option decides on which device the model is loaded. With an address of another machine no
// server would start if an unknown device were accepted.
TEST(Serve, RejectsAnUnknownDevice) {
  const auto result = call_digits(
      {"serve", "--model", tiny_run().package(), "--device", "tpu", "--host", "192.0.2.1"});
  EXPECT_EQ(result.status, kUsage);
  EXPECT_THAT(result.err, testing::HasSubstr("device.unknown: device \"tpu\", expected auto, cpu "
                                             "or cuda"));
}

// For scripts that start a server on a free port: one JSON object on the first line.
TEST(Serve, PrintsItsAddressAsJson) {
  const ServerProcess server({"--model", tiny_run().package(), "--json", "--device", "cpu"});
  ASSERT_NE(server.port(), 0) << server.err();
  const auto json = Json::parse(server.out());
  EXPECT_EQ(json.at("address"), "http://127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(json.at("version"), "1");
  EXPECT_EQ(json.at("device"), "cpu");
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
