// The report of the tiny run, read by a program, and the commands for it.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "integration/tiny_run.h"
#include "pipeline/run_directory.h"
#include "support/program.h"
#include "support/xml.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> texts_of(const XmlElement& root, const std::string& name) {
  std::vector<std::string> texts;
  for (const auto& element : elements(root, name)) texts.push_back(element.all_text());
  return texts;
}

// The report is one well-formed page without external resources. It has a section for each part, a
// row for each gate and the pictures of the mistakes.
TEST(Report, IsOnePageWithAllSections) {
  const auto text = read_file(tiny_run().path() / "report.html");
  const auto page = parse_xml(text);
  EXPECT_THAT(texts_of(page, "h2"), testing::ElementsAre("Summary", "Gates", "Training", "Test set",
                                                         "Images", "Data", "Lineage"));
  EXPECT_EQ(elements(page, "svg").size(), 7U);
  const auto answers = Json::parse(read_file(tiny_run().path() / "evaluation.json")).at("answers");
  std::size_t mistakes = 0;
  for (std::size_t i = 0; i < answers.at("labels").size(); ++i) {
    mistakes += answers.at("labels")[i] != answers.at("predictions")[i] ? 1 : 0;
  }
  // 24 hits, the mistakes, the sheet.
  EXPECT_EQ(elements(page, "img").size(), 24U + std::min<std::size_t>(24, mistakes) + 1);
  for (const char* outside : {"http:", "https:", "<script", "url("}) {
    auto bare = text;
    for (auto at = bare.find("http://www.w3.org/2000/svg"); at != bare.npos;
         at = bare.find("http://www.w3.org/2000/svg")) {
      bare.erase(at, 26);
    }
    EXPECT_EQ(bare.find(outside), bare.npos) << outside;
  }
}

// The numbers are those of the JSON documents.
TEST(Report, AgreesWithTheJsonDocuments) {
  const auto run = tiny_run().path();
  const auto page = parse_xml(read_file(run / "report.html")).all_text();
  const auto evaluation = Json::parse(read_file(run / "evaluation.json"));
  EXPECT_THAT(page, testing::HasSubstr(fmt::format(
                        "{:.2f} %", 100.0 * evaluation.at("accuracy").at("value").get<double>())));
  EXPECT_THAT(page, testing::HasSubstr(evaluation.at("weights_sha256").get<std::string>()));
  const auto checks = Json::parse(read_file(run / "checks.json"));
  EXPECT_FALSE(checks.at("gates").empty());
  for (const auto& gate : checks.at("gates")) {
    EXPECT_THAT(page, testing::HasSubstr(gate.at("metric").get<std::string>()));
    EXPECT_THAT(page, testing::HasSubstr(gate.at("reason").get<std::string>()));
  }
}

// Each plot is also a file.
TEST(Report, PlotsAreWrittenAsFiles) {
  for (const char* name :
       {"loss", "accuracy", "confusion", "roc", "precision_recall", "reliability", "slices"}) {
    const auto svg =
        parse_xml(read_file(tiny_run().path() / "figures" / (name + std::string(".svg"))));
    EXPECT_EQ(svg.name, "svg") << name;
    EXPECT_FALSE(elements(svg, "title").empty() || elements(svg, "text").empty()) << name;
  }
}

// The command writes the same page again, to the byte, and prints its path.
TEST(Report, CommandReproducesThePage) {
  const auto before = read_file(tiny_run().path() / "report.html");
  const auto again = call_digits({"report", tiny_run().path()});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(again.out, fmt::format("report  {}\n", (tiny_run().path() / "report.html").string()));
  EXPECT_EQ(read_file(tiny_run().path() / "report.html"), before);
}

// The path of the run's set is relative to the folder where the run was made, and --data replaces
// it. Another set is rejected, and a package is named after the set of the training.
TEST(RunDataSet, IsFoundThroughTheDataOption) {
  const TemporaryDirectory folder;
  const auto run = (folder / "run").string();
  fs::copy(tiny_run().path(), run, fs::copy_options::recursive);
  auto config = RunDirectory::open(run).read_config();
  config.data.source = "not-here/tiny";
  write_file(folder / "run" / "config.toml", to_toml(config));
  fs::copy(fixtures() / "tiny", folder / "moved");
  for (const char* command : {"evaluate", "report", "package"}) {
    const auto lost = call_digits({command, run});
    EXPECT_EQ(lost.status, 3) << command;
    EXPECT_THAT(lost.err, testing::HasSubstr("input.missing: not-here/tiny: no such folder"));
    EXPECT_THAT(lost.err, testing::HasSubstr(
                              "config.toml names it, relative to the folder where the run was"));
  }
  fs::remove(folder / "run" / "report.html");
  const auto report = call_digits({"report", run, "--data", folder / "moved", "--json"});
  EXPECT_EQ(report.status, 0) << report.err;
  EXPECT_EQ(report.out, to_text(Json{{"report", run + "/report.html"}}, -1) + "\n");
  EXPECT_TRUE(fs::exists(folder / "run" / "report.html"));
  const auto package =
      call_digits({"package", run, "--data", folder / "moved", "--out", folder / "package"});
  ASSERT_EQ(package.status, 0) << package.err;
  const auto manifest = Json::parse(read_file(folder / "package" / "manifest.json"));
  EXPECT_EQ(manifest.at("name"), "tiny");
  EXPECT_EQ(manifest.at("lineage").at("data"), "not-here/tiny");
  for (const char* command : {"report", "package"}) {
    const auto other = call_digits({command, run, "--data", "synthetic"});
    EXPECT_EQ(other.status, 3) << command;
    EXPECT_THAT(other.err, testing::StartsWith("digits: data.changed: ")) << command;
  }
}

// A run is not worse than itself. Compared with a better one it is worse, with status 4.
TEST(Check, ComparesWithABaseline) {
  const auto run = tiny_run().path();
  const auto itself = call_digits({"check", run, "--baseline", run});
  EXPECT_EQ(itself.status, 0) << itself.err;
  EXPECT_THAT(itself.out, testing::ContainsRegex("accuracy +\\+0\\.00 .* not worse"));
  const TemporaryDirectory folder;
  auto evaluation = Json::parse(read_file(run / "evaluation.json"));
  evaluation["answers"]["predictions"] = evaluation["answers"]["labels"];  // never wrong
  make_directories(folder / "better");
  write_file(folder / "better" / "config.toml", read_file(run / "config.toml"));
  write_file(folder / "better" / "evaluation.json", evaluation.dump());
  const auto worse = call_digits({"check", run, "--baseline", folder / "better", "--json"});
  EXPECT_EQ(worse.status, 4);
  EXPECT_THAT(worse.err,
              testing::HasSubstr("digits: gate.regression: worse than the baseline: acc"));
  EXPECT_EQ(Json::parse(worse.out).at("baseline").at("worse"), true);
}

// The table of two runs on the test set of 20 images in each of ten classes. By hand: the baseline
// takes 3 images of class 1 for others, and the candidate all images of class 0. The accuracy loses
// 20 images and gains 3: p = 2 (1 + 23 + 253 + 1771) / 2^23. Class 0 alone has p = 2 / 2^20, ten
// times that by Holm. The intervals are those of Agresti and Min: -17 / 202 -+ 1.959964 sqrt(24 -
// 17^2 / 202) / 202 for the accuracy.
TEST(Check, TableMatchesHandCalculation) {
  const TemporaryDirectory folder;
  const auto evaluation = Json::parse(read_file(tiny_run().path() / "evaluation.json"));
  const auto labels = evaluation.at("answers").at("labels").get<std::vector<int>>();
  const auto write_run = [&](const std::string& name, const std::vector<int>& predictions) {
    auto changed = evaluation;
    changed["answers"]["predictions"] = predictions;
    fs::copy(tiny_run().path(), folder / name, fs::copy_options::recursive);
    write_file(folder / name / "evaluation.json", changed.dump());
  };
  auto baseline = labels;
  auto candidate = labels;
  int missed = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == 0) candidate[i] = 1;
    if (labels[i] == 1 && missed++ < 3) baseline[i] = 0;
  }
  write_run("baseline", baseline);
  write_run("candidate", candidate);
  const auto result =
      call_digits({"check", folder / "candidate", "--baseline", folder / "baseline"});
  EXPECT_EQ(result.status, 4) << result.err;
  std::string table =
      "\n\n"
      "against             points, 95 % interval   lost gained         p  verdict\n"
      "accuracy            -8.50 [-13.03, -3.81]     20      3  0.000488  WORSE\n"
      "0               -100.00 [-100.00, -75.95]     20      0  1.91e-05  WORSE\n"
      "1                  +15.00 [-3.25, +30.52]      0      3         1  not worse\n";
  for (int digit = 2; digit < 10; ++digit) {
    table += std::to_string(digit) +
             "                    +0.00 [-8.91, +8.91]      0      0         1  not worse\n";
  }
  EXPECT_THAT(result.out, testing::EndsWith(table));
}

}  // namespace
}  // namespace digits
