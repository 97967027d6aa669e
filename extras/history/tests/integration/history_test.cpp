#include "base/files.h"
#include "base/json.h"
#include "integration/call_digits.h"
#include "integration/tiny_run.h"
#include "support/testing.h"
#include "support/xml.h"

namespace digits {
namespace {

// Two runs in a folder give a table that names the drop, and a plot.
TEST(History, NamesAnAccuracyDrop) {
  const TemporaryDirectory folder;
  const auto run = tiny_run().path();
  auto evaluation = Json::parse(read_file(run / "evaluation.json"));
  for (const char* name : {"1", "2"}) {
    make_directories(folder / name);
    write_file(folder / name / "config.toml", read_file(run / "config.toml"));
    if (*name == '2') evaluation["answers"]["predictions"] = std::vector<int>(200, 0);
    write_file(folder / name / "evaluation.json", evaluation.dump());
  }
  const auto shown = call_digits({"history", folder.path(), "--plot", folder / "accuracy.svg"});
  EXPECT_EQ(shown.status, 0) << shown.err;
  EXPECT_THAT(shown.out, testing::ContainsRegex("2 +2 .*DROP: accuracy -"));
  EXPECT_EQ(parse_xml(read_file(folder / "accuracy.svg")).name, "svg");
}

}  // namespace
}  // namespace digits
