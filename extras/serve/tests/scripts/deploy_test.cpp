// extras/serve/deploy.py, with the built program.
#include "support/program.h"
#include "support/python.h"
#include "support/testing.h"

namespace digits {
namespace {

// A good model becomes the live version by way of shadow and canary; a worse one is stopped by a
// gate, by the shadow report, and by the canary. No request is lost.
TEST(Serve, DeploysGoodModelsAlone) {
  const auto python = python_with({"json"});
  if (python.empty()) GTEST_SKIP() << "no python3";
  const auto deploy = run_process({python, source_path("extras/serve/deploy.py"), program_path()});
  const auto& out = deploy.out;
  EXPECT_EQ(deploy.status, 0) << out << deploy.err;
  for (const char* row : {"good model +passed +passed +passed +2", "by a gate +stopped +- +- +2",
                          "by the shadow report +lowered +stopped +- +2",
                          "by the canary +lowered +skipped +stopped +2"}) {
    EXPECT_THAT(out, testing::ContainsRegex(row));
  }
  EXPECT_THAT(out, testing::HasSubstr(", 0 lost; exit status of the server: 0\n"));
}

}  // namespace
}  // namespace digits
