#include "base/json.h"

#include "base/files.h"
#include "support/testing.h"

namespace digits {
namespace {

// People read the file: each key has a line of its own, indented by two, and the last line ends.
TEST(Json, DocumentRoundTripsThroughAFile) {
  const TemporaryDirectory folder;
  write_json(folder / "x.json", with_schema("digits.x/1", {{"b", 1}, {"a", 2}}));
  EXPECT_EQ(read_file(folder / "x.json"),
            "{\n  \"schema\": \"digits.x/1\",\n  \"b\": 1,\n  \"a\": 2\n}\n");
  const auto back = read_json(folder / "x.json", "digits.x/1", "package");
  EXPECT_EQ(back.dump(), R"({"schema":"digits.x/1","b":1,"a":2})");  // keys keep their order
}

// The message names the file, also for a document that has no schema.
TEST(Json, OfAnotherSchemaIsRejected) {
  const TemporaryDirectory folder;
  const auto path = folder / "x.json";
  write_json(path, with_schema("digits.x/2", Json::object()));
  const auto read = [&] { read_json(path, "digits.x/1", "package"); };
  expect_error("package.schema", read);
  EXPECT_EQ(error_of(read).what(), path.string() + ": schema digits.x/2, expected digits.x/1");
  for (const char* text : {"[1, 2]", "{}", R"({"schema": 1})"}) {
    write_file(path, text);
    expect_error("package.malformed", read);
    EXPECT_EQ(error_of(read).what(), path.string() + ": no schema, expected digits.x/1") << text;
  }
}

// The code has the family of the caller, so the exit status fits the kind of file.
TEST(Json, DamagedTextIsRejectedWithTheCallersErrorFamily) {
  const TemporaryDirectory folder;
  write_file(folder / "x.json", R"({"schema": "digits.x/1", )");
  expect_error("checkpoint.malformed",
               [&] { read_json(folder / "x.json", "digits.x/1", "checkpoint"); });
}

TEST(JsonAt, RejectsMissingKeysAndWrongTypes) {
  const Json json{{"n", "text"}, {"inner", {{"x", 7}}}};
  EXPECT_EQ(json_at<int>(json, "/inner/x", "package"), 7);
  expect_error("package.malformed", [&] { json_at<int>(json, "/n", "package"); });
  expect_error("package.malformed", [&] { json_at<int>(json, "/n/x", "package"); });
  expect_error("package.malformed", [&] { json_at<int>(json, "/missing", "package"); });
}

// File names may hold any bytes. JSON must be UTF-8.
TEST(Json, ReplacesInvalidUtf8) {
  EXPECT_EQ(to_text(Json{{"path", "a\xff"}}, -1), "{\"path\":\"a\xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace digits
