// The alert rules of prometheus/alerts.yml, against the metrics that the server exports.
#include <regex>
#include <set>

#include "base/files.h"
#include "serve/metrics.h"
#include "serve/rollout.h"
#include "support/fake_model.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// A rule on a name or a label's value that nobody exports would never fire.
TEST(Alerts, NameExportedMetrics) {
  auto facts = fake_facts();
  facts.data_date = "2026-01-31";
  Metrics metrics(facts);
  metrics.request_ended("infer", 200, 0.01);
  RolloutCounts counts;
  counts.canary = CanaryCounts();
  counts.shadow = ShadowCounts();
  counts.live = LiveAccuracy();
  metrics.rollout(counts);
  const auto exported = metrics.text(0);
  const auto rules = read_file(source_path("extras/serve/prometheus/alerts.yml"));
  const std::regex selector(R"re((digits_[a-z_]+)(\{([a-z]+="[a-z_]+"))?)re");
  std::set<std::string> names;
  for (std::sregex_iterator match(rules.begin(), rules.end(), selector), end; match != end;
       ++match) {
    names.insert((*match)[1]);
    EXPECT_THAT(exported,
                testing::ContainsRegex("\n" + (*match)[1].str() + "[{][^\n]*" + (*match)[3].str()))
        << match->str();
  }
  EXPECT_GE(names.size(), 6U);
}

}  // namespace
}  // namespace digits
