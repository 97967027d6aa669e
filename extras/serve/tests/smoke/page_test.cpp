// The page in a real browser. Skipped without Chromium, node, or playwright-core: DIGITS_PLAYWRIGHT
// is its folder, as `npm install playwright-core` makes it.
#include <cstdlib>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "integration/tiny_run.h"
#include "support/program.h"
#include "support/server_process.h"
#include "support/testing.h"

namespace digits {
namespace {

const char* playwright_folder() { return std::getenv("DIGITS_PLAYWRIGHT"); }

std::string which(const std::string& program) {
  const auto found = run_process({"sh", "-c", "command -v " + program}).out;
  return found.substr(0, found.find('\n'));
}

std::string find_missing_browser() {
  const char* const playwright = playwright_folder();
  const auto node = which("node");
  if (playwright == nullptr || node.empty() || which("chromium").empty()) {
    return "no browser to drive: DIGITS_PLAYWRIGHT, node or chromium is missing";
  }
  return run_process({node, std::string(playwright) + "/cli.js", "--version"}).status == 0
             ? ""
             : "playwright-core does not start with this node";
}

// The reason to skip a test, or nothing.
const std::string& missing_browser() {
  static const auto missing = find_missing_browser();
  return missing;
}

// What the script sees on the page of a server with these options. Empty when the script fails,
// which fails the test.
Json seen_on_page(const std::string& script, std::vector<std::string> options,
                  const std::vector<std::string>& words) {
  options.insert(options.begin(), {"--model", tiny_run().package(), "--threads", "1"});
  const ServerProcess server(options);
  EXPECT_NE(server.port(), 0) << server.err();
  std::vector<std::string> command{which("node"), source_path("extras/serve/tests/smoke/" + script),
                                   playwright_folder(), which("chromium"),
                                   "http://127.0.0.1:" + std::to_string(server.port()) + "/"};
  command.insert(command.end(), words.begin(), words.end());
  const auto page = run_process(command);
  EXPECT_EQ(page.status, 0) << page.err << server.err();
  return page.status == 0 ? Json::parse(page.out) : Json::object();
}

// The tests of drawing share one browser.
const Json& drawing() {
  static const auto seen = seen_on_page("page.cjs", {}, {});
  return seen;
}

// The page classifies three digits drawn by mouse, one by keyboard, and one in a dropped file. It
// requests nothing from other servers, obeys its content security policy, and fits a phone.
TEST(Page, ClassifiesDrawnDigits) {
  if (!missing_browser().empty()) GTEST_SKIP() << missing_browser();
  const auto& seen = drawing();
  EXPECT_EQ(seen.at("problems"), Json::array());
  EXPECT_EQ(seen.at("outside"), Json::array());
  for (const char* digit : {"0", "1", "7"}) {
    const auto& drawn = seen.at("drawn").at(digit);
    EXPECT_EQ(drawn.at("label"), digit);
    EXPECT_EQ(drawn.at("problem"), "");
    EXPECT_GT(drawn.at("seen"), 10);  // pixels of ink in the normal form
  }
  EXPECT_EQ(seen.at("dropped").at("label"), "7");
  EXPECT_EQ(seen.at("undone_stroke").at("label"), "1");
  EXPECT_EQ(seen.at("undone_stroke").at("seen"), seen.at("drawn").at("1").at("seen"));
  EXPECT_EQ(seen.at("interrupted").at("confidence"), "nothing drawn yet");
  EXPECT_EQ(seen.at("dot").at("problem"), "");  // a press without a movement is ink
  EXPECT_EQ(seen.at("typed").at("label"), "7");
  EXPECT_EQ(seen.at("undone"), "nothing drawn yet");
  EXPECT_EQ(seen.at("narrow").at("label"), "7");
  EXPECT_EQ(seen.at("overflow"), false);
}

// A finger and a pen draw as the mouse does, and to the end of the stroke. A second finger draws
// nothing: the digit is one stroke, and the paper is empty without it.
TEST(Page, DrawsByFingerAndPen) {
  if (!missing_browser().empty()) GTEST_SKIP() << missing_browser();
  for (const char* device : {"finger", "pen"}) {
    const auto& drawn = drawing().at(device);
    EXPECT_EQ(drawn.at("label"), "7") << device;
    EXPECT_EQ(drawn.at("problem"), "") << device;
    EXPECT_LT(drawn.at("end"), 60) << device;  // dark ink: a channel of 0 to 255
    EXPECT_EQ(drawn.at("undone"), "nothing drawn yet") << device;
  }
}

// Ctrl+C, Cmd+C, Ctrl+U and Alt+U belong to the browser: the drawing stays.
TEST(Page, LeavesCommandsToTheBrowser) {
  if (!missing_browser().empty()) GTEST_SKIP() << missing_browser();
  EXPECT_EQ(drawing().at("commanded").at("label"), "7");
}

// In dark colours ink and text are light, also those that were there before. The server still gets
// black ink on white paper. Values are a channel of 0 to 255.
TEST(Page, DrawsLightInkInTheDark) {
  if (!missing_browser().empty()) GTEST_SKIP() << missing_browser();
  const auto& dark = drawing().at("dark");
  for (const char* ground : {"page", "paper"}) EXPECT_LT(dark.at(ground), 60) << ground;
  for (const char* mark : {"text", "ink"}) EXPECT_GT(dark.at(mark), 180) << mark;
  EXPECT_EQ(dark.at("label"), "7");
}

// Without the server's token the page asks for it; with the token it answers. A server that has
// stopped and a proxy that answers in HTML get a message of the page's own, and the next answer
// removes it.
TEST(Page, AsksForTheTokenAndExplainsFailures) {
  if (!missing_browser().empty()) GTEST_SKIP() << missing_browser();
  const TemporaryDirectory folder;
  write_file(folder / "token", "correct-horse-battery\n");
  const auto seen = seen_on_page("page_failures.cjs", {"--token-file", folder / "token"},
                                 {"correct-horse-battery"});
  EXPECT_EQ(seen.at("without"), "the server needs a token");
  EXPECT_EQ(seen.at("model_without"), "no model");
  EXPECT_EQ(seen.at("asks_again"), false);
  EXPECT_EQ(seen.at("with").at("problem"), "");
  EXPECT_THAT(seen.at("model").get<std::string>(), testing::HasSubstr(", version 1"));
  const auto problem = [&](const char* failure) {
    return seen.at(failure).at("problem").get<std::string>();
  };
  EXPECT_THAT(problem("stopped"), testing::ContainsRegex("^the server at 127\\.0\\.0\\.1:[0-9]+ "
                                                         "does not answer: is it still running"));
  EXPECT_THAT(problem("bad_gateway"), testing::HasSubstr("status 502 without JSON"));
  EXPECT_THAT(problem("too_large"), testing::HasSubstr("status 413 without JSON"));
  EXPECT_THAT(problem("too_large"), testing::HasSubstr("open a smaller picture"));
  EXPECT_EQ(problem("again"), "");
  EXPECT_EQ(seen.at("again").at("label"), "7");
}

}  // namespace
}  // namespace digits
