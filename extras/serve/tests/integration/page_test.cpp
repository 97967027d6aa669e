// The page in a real browser. Skipped without Chromium, node, or playwright-core: DIGITS_PLAYWRIGHT
// is its folder, as `npm install playwright-core` makes it.
#include <cstdlib>

#include "base/json.h"
#include "integration/tiny_run.h"
#include "support/program.h"
#include "support/server_process.h"

namespace digits {
namespace {

std::string which(const std::string& program) {
  const auto found = run_process({"sh", "-c", "command -v " + program}).out;
  return found.substr(0, found.find('\n'));
}

// The page classifies three digits drawn by mouse, one by keyboard, and one in a dropped file. It
// requests nothing from other servers, obeys its content security policy, and fits a phone.
TEST(Page, ClassifiesDrawnDigits) {
  const char* const playwright = std::getenv("DIGITS_PLAYWRIGHT");
  const auto node = which("node"), chromium = which("chromium");
  if (playwright == nullptr || node.empty() || chromium.empty()) {
    GTEST_SKIP() << "no browser to drive: DIGITS_PLAYWRIGHT, node or chromium is missing";
  }
  if (run_process({node, std::string(playwright) + "/cli.js", "--version"}).status != 0) {
    GTEST_SKIP() << "playwright-core does not start with this node";
  }
  const ServerProcess server({"--model", tiny_run().package(), "--threads", "1"});
  ASSERT_NE(server.port(), 0) << server.err();
  const auto page =
      run_process({node, source_path("extras/serve/tests/integration/page.cjs"), playwright,
                   chromium, "http://127.0.0.1:" + std::to_string(server.port()) + "/"});
  ASSERT_EQ(page.status, 0) << page.err;
  const auto seen = Json::parse(page.out);
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

}  // namespace
}  // namespace digits
