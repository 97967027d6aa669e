// Prometheus' own tool on the alert rules. Skipped without promtool, of the package prometheus.
#include <regex>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// Each alert fires in its test series, and is silent just below its bound.
TEST(Alerts, FireInTime) {
  const auto tool = run_process({"sh", "-c", "command -v promtool"});
  if (tool.status != 0) GTEST_SKIP() << "no promtool: scripts/setup.sh prometheus";
  const auto done = run_process(
      {"promtool", "test", "rules", source_path("extras/serve/prometheus/alerts_test.yml")});
  EXPECT_EQ(done.status, 0) << done.out << done.err;
}

// No alert is without a series in which it fires and one in which it is silent.
TEST(Alerts, HaveTests) {
  const auto rules = read_file(source_path("extras/serve/prometheus/alerts.yml"));
  const auto tests = read_file(source_path("extras/serve/prometheus/alerts_test.yml"));
  const std::regex alert("- alert: ([A-Za-z0-9]+)");
  int count = 0;
  for (std::sregex_iterator match(rules.begin(), rules.end(), alert), end; match != end; ++match) {
    const auto name = "alertname: " + (*match)[1].str();
    EXPECT_THAT(tests, testing::HasSubstr(name + "\n"));
    EXPECT_THAT(tests,
                testing::ContainsRegex(name + ", eval_time: [0-9]+[ms], exp_alerts: \\[\\]"));
    ++count;
  }
  EXPECT_GE(count, 6);
}

}  // namespace
}  // namespace digits
