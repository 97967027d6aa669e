// scripts/fork.sh: a project under another name.
#include <regex>

#include "base/files.h"
#include "pipeline/config.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

ProcessResult run_script(const std::string& script, std::vector<std::string> arguments,
                         const ProcessOptions& options = {}) {
  arguments.insert(arguments.begin(), script);
  return run_process(arguments, options);
}

// The folders of extras/; none where all were deleted.
std::vector<std::string> extras() {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& folder : fs::directory_iterator(source_path("extras"), none)) {
    names.push_back(folder.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// One fork for all tests of the suite: without the last extra, with three classes.
class Fork : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory;
    std::vector<std::string> words{path(), "--name", "garments", "--classes",
                                   "coat, ankle boot ,shoe"};
    if (!extras().empty()) words.insert(words.end(), {"--without", extras().back()});
    ProcessOptions options;
    options.environment["FORK_FORMATTED"] = "no";  // FormatsSourcesAndPlantedBugs has a small tree
    result_ = run_script(source_path("scripts/fork.sh"), words, options);
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }

  static fs::path path() { return *folder_ / "garments"; }
  static std::string text(const std::string& name) { return read_file(path() / name); }
  static bool has(const std::string& name) { return fs::exists(path() / name); }

  static inline TemporaryDirectory* folder_ = nullptr;
  static inline ProcessResult result_;
};

// The old name is nowhere but in the licence and the notice, every planted bug applies, every link
// has its target, every script that is named exists, and the fixtures have the hashes of their
// README.
TEST_F(Fork, HasNoFault) {
  ASSERT_EQ(result_.status, 0) << result_.err;
  const auto result = run_script(source_path("scripts/fork/check.sh"), {path()});
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.status, 0);
}

// The name is replaced in each form: program, namespace, variable, format, file. Numerals keep a
// word of their own.
TEST_F(Fork, HasTheNewName) {
  EXPECT_THAT(text("CMakeLists.txt"), HasSubstr("project(garments "));
  EXPECT_THAT(text("CMakePresets.json"), HasSubstr("\"GARMENTS_EXTRAS\""));
  EXPECT_THAT(text("src/cli/commands.cpp"), HasSubstr("namespace garments {"));
  EXPECT_THAT(text("examples/python/predict.py"), HasSubstr("SCHEMA = \"garments.manifest/"));
  EXPECT_TRUE(has("cmake/garmentsConfig.cmake.in"));
  EXPECT_TRUE(has("tests/integration/call_garments.cpp"));
  EXPECT_TRUE(has("data/fixtures/numerals/7-small.png"));
  const auto numerals = text("src/behaviour/functionality.h");
  EXPECT_THAT(numerals, HasSubstr("measure_canonical_numerals("));
  EXPECT_THAT(numerals, Not(HasSubstr("_garments")));
}

// A fork has the extras that were not left out, and neither history nor what is about the template.
TEST_F(Fork, LeavesOut) {
  for (const char* name : {".git", "build", "docs/course", "scripts/course.sh", "docs/fork.md",
                           "scripts/fork.sh", "scripts/fork", "scripts/update_fork.sh",
                           "scripts/pictures.sh", "tests/scripts/update_fork_test.cpp",
                           "tests/scripts/fork_test.cpp", "tests/mutants/fork"}) {
    EXPECT_FALSE(has(name)) << name;
  }
  EXPECT_TRUE(has("LICENSE") && has("tests/mutants/run.sh") && has(".clang-tidy"));
  auto kept = extras();
  if (!kept.empty()) {
    EXPECT_FALSE(has("extras/" + kept.back()));
    kept.pop_back();
  }
  for (const auto& name : kept) EXPECT_TRUE(has("extras/" + name)) << name;
  const auto nightly = text(".github/workflows/nightly.yml");
  EXPECT_THAT(nightly, HasSubstr("\n  kill_resume:\n"));
  EXPECT_THAT(nightly, Not(HasSubstr("\n  fork:\n")));                         // a block
  EXPECT_THAT(text(".github/workflows/ci.yml"), Not(HasSubstr("course.sh")));  // a line
  EXPECT_THAT(text(".ci/run"), Not(HasSubstr("course")));
}

// The documents of a fork do not name the extra that was left out.
TEST_F(Fork, DocumentsWhatItHas) {
  const auto all = extras();
  if (all.empty()) GTEST_SKIP() << "no extra to leave out";
  for (const char* name : {"README.md", "usage.md", "formats.md", "testing.md"}) {
    EXPECT_THAT(text("docs/" + std::string(name)), Not(HasSubstr("extras/" + all.back()))) << name;
  }
}

// Values that a person measured with the template's model do not count in a fork.
TEST_F(Fork, ScoresNoMeasuredValues) {
  EXPECT_THAT(read_file(source_path("docs/ml_test_score.md")),
              HasSubstr(" was measured by hand, "));
  EXPECT_THAT(text("docs/ml_test_score.md"), Not(HasSubstr(" was measured by hand, ")));
}

// An item whose test is in an absent extra counts 0; the sums and their minimum follow.
TEST(ForkScore, IsAddedAnew) {
  const TemporaryDirectory folder;
  write_file(folder / "page.md",
             "## Score\n"
             "| section | score, of 7 |\n"
             "| Data | 2.5 |\n"
             "| Model | 2 |\n"
             "| final | 2 |\n"
             "## Data\n"
             "| 1 | a | Here. | `A.B` | 1 |\n"
             "| 2 | b | Here. | `A.C`; `D.E` in `extras/serve` | 1 |\n"
             "| 3 | c | By hand. | `bench/c.sh` | 0.5 |\n"
             "## Model\n"
             "| 1 | d | The time was measured by hand, too. A bound. | `extras/server/d` | 1 |\n"
             "| 2 | e | A table. | `e.sh`; `F.G` in `extras/bench` | 1 |\n");
  const auto result = run_process({"awk", "-v", "absent=bench serve", "-f",
                                   source_path("scripts/fork/score.awk"), folder / "page.md"});
  EXPECT_EQ(result.out,
            "## Score\n"
            "| section | score, of 7 |\n"
            "| Data | 1.5 |\n"
            "| Model | 1 |\n"
            "| final | 1 |\n"
            "## Data\n"
            "| 1 | a | Here. | `A.B` | 1 |\n"
            "| 2 | b | Missing: extras/serve. | none | 0 |\n"
            "| 3 | c | By hand. | `bench/c.sh` | 0.5 |\n"
            "## Model\n"
            "| 1 | d | A bound. | `extras/server/d` | 1 |\n"
            "| 2 | e | Missing: extras/bench. | none | 0 |\n");
}

// The notice names the template, and the file .template repeats the call.
TEST_F(Fork, TellsItsOrigin) {
  EXPECT_THAT(text("NOTICE"),
              HasSubstr("Made from the template digits under the Apache License 2.0"));
  EXPECT_THAT(text("NOTICE"), HasSubstr("\nRevision of the template: "));
  EXPECT_THAT(text("NOTICE"), HasSubstr("\nExtras left out: "));
  EXPECT_THAT(text(".template"), HasSubstr("\nname: garments\n"));
  EXPECT_THAT(text(".template"), HasSubstr("\nclasses: coat,ankle boot,shoe\n"));
  EXPECT_THAT(result_.out, HasSubstr(". git init, and a commit of all files as they are"));
  EXPECT_THAT(result_.out, HasSubstr("scripts/run.sh --config configs/garments.toml"));
  EXPECT_THAT(result_.out, HasSubstr("Kept: LICENSE (Apache-2.0)"));
}

// With --classes a fork has a configuration for its set, and a folder for each class.
TEST_F(Fork, DescribesItsSet) {
  const auto config = load_config(path() / "configs" / "garments.toml", preset_config("fast"));
  EXPECT_EQ(config.data.source, "data/garments");
  EXPECT_EQ(config.data.classes, 3);
  EXPECT_FALSE(config.evaluate.digit_tests);
  for (const char* name : {"coat", "ankle boot", "shoe"}) {
    EXPECT_TRUE(fs::is_directory(path() / "data" / "garments" / name)) << name;
  }
  EXPECT_THAT(text(".gitignore"), testing::EndsWith("\n/data/garments/\n"));
  EXPECT_THAT(text("README.md"), HasSubstr("`data/garments`:\ncoat, ankle boot, shoe."));
}

// A template of three files: the new name makes a line of its source too long.
TEST(ForkScript, FormatsSourcesAndPlantedBugs) {
  if (run_script(source_path("scripts/clang_format.sh"), {}).status != 0) {
    GTEST_SKIP() << "no clang-format 14 at hand";
  }
  const TemporaryDirectory folder;
  const fs::path small = folder / "template", fork = folder / "fork";
  fs::create_directory(small);
  for (const char* name : {".clang-format", "LICENSE", "scripts"}) {
    fs::copy(source_path(name), small / name, fs::copy_options::recursive);
  }
  const std::string summands = "1000000000 + 2000000000 + 3000000000 + 4000000000 + 5000000000";
  for (const char* name : {"data/fixtures", "src", "tests/mutants"}) {
    fs::create_directories(small / name);
  }
  write_file(small / "scripts/fork/README.md", "# @NAME@\n");  // without links
  write_file(small / "data/fixtures/a", "");
  write_file(small / "data/fixtures/README.md",
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a\n");
  const auto line = "long digits_total(long x) { return x + " + summands + " + 60000; }\n";
  write_file(small / "src/a.cpp", line);
  write_file(small / "tests/mutants/a.patch",
             "What: another sum\nTest: unit A.B\n--- a/src/a.cpp\n+++ b/src/a.cpp\n@@ -1 +1 @@\n-" +
                 line + "+" + std::regex_replace(line, std::regex("60000"), "70000"));
  const auto made = run_script(small / "scripts/fork.sh", {fork, "--name", "many_garments"});
  ASSERT_EQ(made.status, 0) << made.err;
  EXPECT_EQ(read_file(fork / "src/a.cpp"),
            "long many_garments_total(long x) {\n  return x + " + summands + " + 60000;\n}\n");
  const auto check = run_script(source_path("scripts/fork/check.sh"), {fork});
  EXPECT_EQ(check.status, 0) << check.out;
}

// A fork drops marked lines, also from the context of a planted bug, which then does not apply. The
// bugs of scripts/fork.sh have such lines, but a fork does not get them.
TEST(ForkScript, DropsNoLineOfAPlantedBug) {
  for (const fs::path folder : {source_path("tests/mutants"), source_path("extras")}) {
    if (!fs::exists(folder)) continue;  // all extras were deleted
    for (const auto& name : files_below(folder)) {
      if (fs::path(name).extension() != ".patch" || name.rfind("fork/", 0) == 0) continue;
      EXPECT_THAT(read_file(folder / name), Not(HasSubstr("[fork: "))) << name;
    }
  }
}

// The check can fail: each kind of fault is found.
TEST(ForkScript, CheckFindsFaults) {
  const TemporaryDirectory folder;
  fs::create_directories(folder / "data/fixtures");
  fs::create_directory(folder / "docs");
  write_file(folder / "LICENSE", "the licence of digits\n");
  write_file(folder / "docs/x.md",
             "digits\n[a](gone.md)\n<!-- [fork: end] -->\n`./scripts/gone.sh 5`\n");
  write_file(folder / "x.patch", "--- a/LICENSE\n+++ b/LICENSE\n@@ -1 +1 @@\n-no such line\n+x\n");
  write_file(folder / "data/fixtures/a", "");
  write_file(folder / "data/fixtures/README.md", std::string(64, '0') + "  a\n");
  const auto result = run_script(source_path("scripts/fork/check.sh"), {folder.path()});
  EXPECT_EQ(result.status, 1);
  for (const char* fault :
       {"old name: ./docs/x.md:1:digits\n", "link without target: ./docs/x.md: gone.md\n",
        "block for the template: ./docs/x.md:3:", "planted bug does not apply: ./x.patch\n",
        "names a missing script: ./docs/x.md:4: scripts/gone.sh\n", "fixture: a: FAILED\n"}) {
    EXPECT_THAT(result.out, HasSubstr(fault));
  }
  EXPECT_THAT(result.out, Not(HasSubstr("LICENSE:")));
}

// Wrong calls have status 2 and a message, and make no folder.
TEST(ForkScript, RejectsWrongCalls) {
  const TemporaryDirectory folder;
  const std::string fork = folder / "fork";
  fs::create_directory(folder / "full");
  write_file(folder / "full" / "file", "");
  using Words = std::vector<std::string>;
  for (const auto& [words, message] : std::vector<std::pair<Words, std::string>>{
           {{}, "no --name"},
           {{fork}, "no --name"},
           {{"--name", "garments"}, "no DESTINATION"},
           {{fork, "--name"}, "--name has no value"},
           {{fork, "--nmae", "garments"}, "unexpected --nmae"},
           {{fork, fork, "--name", "garments"}, "unexpected " + fork},
           {{fork, "--name", "Garments"}, "expected a C++ identifier in lower case"},
           {{fork, "--name", "a__b"}, "expected a C++ identifier in lower case"},
           {{fork, "--name", "leaf-scan"}, "for example --name leaf_scan"},
           {{fork, "--name", "goto"}, "is a C++ keyword"},
           {{fork, "--name", "model"}, "is a word of the template"},
           {{fork, "--name", "model"}, "for example --name model_images"},
           {{fork, "--name", "garments", "--without", "*"}, "--without *: no such extra"},
           {{fork, "--name", "garments", "--without", "onx"}, "--without onx: no such extra"},
           {{fork, "--name", "garments", "--classes", "coat"}, "expected two or more different"},
           {{fork, "--name", "garments", "--classes", "a,b,a"}, "expected two or more different"},
           {{fork, "--name", "garments", "--classes", "a,A"}, "differ in case only"},
           {{fork, "--name", "garments", "--classes", "a,\u00e9"}, "use ASCII letters"},
           {{fork, "--name", "garments", "--classes", "a,test"}, "is read as a part of the set"},
           {{fork, "--name", "garments", "--classes", "a,../b"}, "cannot name a folder"},
           {{folder / "full", "--name", "garments"}, "exists and is not empty"},
           {{source_path("build/fork"), "--name", "garments"}, "is inside the template"},
       }) {
    const auto result = run_script(source_path("scripts/fork.sh"), words);
    EXPECT_EQ(result.status, 2) << message;
    EXPECT_THAT(result.err, testing::StartsWith("fork.sh: "));
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.err, HasSubstr(" (hint: "));
  }
  EXPECT_EQ(files_below(folder.path()), std::vector<std::string>{"full/file"});
  EXPECT_THAT(run_script(source_path("scripts/fork.sh"), {"--help"}).out,
              HasSubstr("--without LIST"));
}

}  // namespace
}  // namespace digits
