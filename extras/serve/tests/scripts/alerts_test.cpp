// Prometheus' own tool on the alert rules and the configuration. Skipped without promtool, of the
// package prometheus.
#include <filesystem>
#include <regex>
#include <string>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

bool has_promtool() { return run_process({"sh", "-c", "command -v promtool"}).status == 0; }

// Each alert fires in its test series, and is silent just below its bound.
TEST(Alerts, FireInTime) {
  if (!has_promtool()) GTEST_SKIP() << "no promtool: scripts/setup.sh prometheus";
  const auto done = run_process(
      {"promtool", "test", "rules", source_path("extras/serve/prometheus/alerts_test.yml")});
  EXPECT_EQ(done.status, 0) << done.out << done.err;
}

// The configuration is valid: as it is, and with the line for a server that requires a token.
TEST(Alerts, HaveAValidConfiguration) {
  if (!has_promtool()) GTEST_SKIP() << "no promtool: scripts/setup.sh prometheus";
  const TemporaryDirectory folder;
  std::filesystem::copy(source_path("extras/serve/prometheus"), folder.path());
  write_file(folder / "token", "correct-horse-battery\n");
  const auto path = folder / "prometheus.yml";
  const auto text = read_file(path);
  const auto remark = text.find("# authorization:");
  ASSERT_NE(remark, std::string::npos);
  for (const auto& config : {text, std::string(text).erase(remark, 2)}) {
    write_file(path, config);
    const auto done = run_process({"promtool", "check", "config", path});
    EXPECT_EQ(done.status, 0) << done.out << done.err;
  }
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
