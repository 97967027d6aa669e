#include "serve/request_log.h"

#include <filesystem>
#include <sstream>
#include <string>

#include "base/files.h"
#include "base/json.h"
#include "support/testing.h"

namespace digits {
namespace {

// The keys that dashboards and alert rules rely on.
TEST(RequestLog, LineDescribesTheRequest) {
  RequestRecord record;
  record.id = "r-1";
  record.method = "POST";
  record.path = "/v2/models/m/infer";
  record.status = 200;
  record.milliseconds = 1.23456;
  record.version = "3";
  record.images = 2;
  record.batch = 5;
  record.queue_milliseconds = 0.5;
  record.compute_milliseconds = 0.25;
  EXPECT_EQ(log_line(record),
            R"({"id":"r-1","method":"POST","path":"/v2/models/m/infer","status":200,"ms":1.235,)"
            R"("version":"3","images":2,"batch":5,"queue_ms":0.5,"compute_ms":0.25})");
}

TEST(RequestLog, LineOfARejectionHasItsCode) {
  RequestRecord record;
  record.id = "r-2";
  record.method = "GET";
  record.path = "/\n\x1b[2J";
  record.status = 404;
  record.error = "route.unknown";
  const auto line = log_line(record);
  EXPECT_THAT(line, testing::HasSubstr(R"("status":404,"error":"route.unknown","ms":0.0})"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
}

// Lines are complete objects with a time, and are in the file when the call returns.
TEST(RequestLog, AddsLinesToAFile) {
  const TemporaryDirectory folder;
  const auto path = folder / "requests.jsonl";
  write_file(path, "{\"before\":1}\n");
  RequestLog log(path);
  RequestRecord record;
  record.id = "a";
  log.write(record);
  log.write(record);
  std::istringstream lines(read_file(path));
  std::string line;
  std::getline(lines, line);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(std::getline(lines, line));
    const auto json = Json::parse(line);
    EXPECT_EQ(json.at("id"), "a");
    EXPECT_THAT(json.at("time").get<std::string>(),
                testing::MatchesRegex("....-..-..T..:..:...*Z"));
  }
  EXPECT_FALSE(std::getline(lines, line));
  expect_error("output.unwritable", [] { RequestLog("/dev/null/requests"); });
}

// logrotate's copytruncate empties the file while the server has it open. The next line is the
// first one of the file; nothing fills the place of the earlier lines.
TEST(RequestLog, BeginsAnEmptiedFileAgain) {
  const TemporaryDirectory folder;
  const auto path = folder / "requests.jsonl";
  RequestLog log(path);
  RequestRecord record;
  record.id = "before";
  log.write(record);
  std::filesystem::resize_file(path, 0);
  record.id = "after";
  log.write(record);
  const auto text = read_file(path);
  ASSERT_EQ(text.substr(0, 1), "{");
  EXPECT_EQ(Json::parse(text).at("id"), "after");
}

}  // namespace
}  // namespace digits
