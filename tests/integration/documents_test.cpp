// Documents stay correct: links, examples, hashes, and the entries of tables.
#include "support/documents.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "base/files.h"
#include "integration/tiny_run.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// The anchor of a heading in a link: the words of the heading in lower case, joined by hyphens.
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const unsigned char c : heading) {
    if (std::isalnum(c) != 0 || c == '-' || c == '_') anchor += static_cast<char>(std::tolower(c));
    if (c == ' ') anchor += '-';
  }
  return anchor;
}

std::vector<std::string> anchors_in(const fs::path& document) {
  std::vector<std::string> anchors;
  std::istringstream lines(read_file(document));
  for (std::string line; std::getline(lines, line);) {
    const auto level = line.find_first_not_of('#');
    if (level != 0 && level != std::string::npos && line[level] == ' ') {
      anchors.push_back(anchor_of(line.substr(level + 1)));
    }
  }
  return anchors;
}

// A document without its blocks of code, in which "](" is no link.
std::string prose_of(const fs::path& document) {
  std::istringstream lines(read_file(document));
  std::string prose;
  bool in_block = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) in_block = !in_block;
    if (!in_block) prose += line + "\n";
  }
  return prose;
}

// A fork may delete folders of extras/. The documents may still name them.
bool is_deleted_extra(const fs::path& path) {
  const auto relative = path.lexically_normal().lexically_relative(source_path());
  if (*relative.begin() != "extras") return false;
  const auto extra = relative.begin() == std::prev(relative.end())
                         ? fs::path("extras")
                         : fs::path("extras") / *std::next(relative.begin());
  return !fs::exists(source_path(extra));
}

// Every relative link has an existing file as its target, and an existing heading.
TEST(Documents, LinksHaveTargets) {
  const std::regex link(R"(\]\(([^):#]*)(?:#([^)]+))?\))");
  int files = 0, headings = 0;
  for (const auto& document : documents()) {
    const auto path = fs::path(source_path()) / document;
    const auto text = prose_of(path);
    for (std::sregex_iterator match(text.begin(), text.end(), link), end; match != end; ++match) {
      const auto name = (*match)[1].str(), anchor = (*match)[2].str();
      const auto target = name.empty() ? path : path.parent_path() / name;
      if (is_deleted_extra(target)) continue;
      ASSERT_TRUE(fs::exists(target)) << document << match->str();
      ++files;
      if (anchor.empty()) continue;
      EXPECT_THAT(anchors_in(target), testing::Contains(anchor)) << document;
      ++headings;
    }
  }
  EXPECT_GE(files, 8);
  EXPECT_GE(headings, 3);
}

// The fixtures match the hashes in their README.
TEST(Documents, FixturesMatchTheirHashes) {
  ProcessOptions options;
  options.directory = fixtures();
  const auto result = run_process(
      {"bash", "-c", "sed -n '/^```text/,/^```$/p' README.md | grep -v '`' | sha256sum --check"},
      options);
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 46);
}

// Every file and folder of the layout exists.
TEST(Documents, LayoutNamesExistingPaths) {
  std::istringstream lines(read_file(source_path("docs/README.md")));
  bool in_block = false;
  int count = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) in_block = line == "```text layout";
    const auto name = line.substr(0, line.find(' '));
    if (!in_block || name.empty() || name.rfind("```", 0) == 0) continue;
    EXPECT_TRUE(fs::exists(source_path(name)) || is_deleted_extra(source_path(name))) << name;
    ++count;
  }
  EXPECT_GE(count, 8);
}

// The layout names each folder of src/ and of extras/.
TEST(Documents, LayoutNamesEachFolder) {
  const auto text = read_file(source_path("docs/README.md"));
  const auto layout = text.substr(text.find("```text layout"));
  for (const fs::path parent : {"src", "extras"}) {
    std::error_code no_extras;
    for (const auto& folder : fs::directory_iterator(source_path(parent), no_extras)) {
      if (!folder.is_directory()) continue;
      const auto name = (parent / folder.path().filename()).string();
      EXPECT_THAT(layout, testing::HasSubstr("\n" + name + " "));
    }
  }
}

// The rows of a document's tables below a heading, as cells.
std::vector<std::vector<std::string>> rows_below(const fs::path& document,
                                                 const std::string& heading) {
  std::istringstream lines(read_file(document));
  std::vector<std::vector<std::string>> rows;
  bool below = false;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] == '#') below = line == heading;
    if (!below || line.rfind("| ", 0) != 0) continue;
    std::vector<std::string> cells;
    std::istringstream row(line.substr(1));
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    rows.push_back(cells);
  }
  return rows;
}

// The texts in backquotes.
std::vector<std::string> quoted(const std::string& text) {
  const std::regex code("`([^`]+)`");
  std::vector<std::string> all;
  for (std::sregex_iterator match(text.begin(), text.end(), code), end; match != end; ++match) {
    all.push_back((*match)[1].str());
  }
  return all;
}

// The reading path is short, and its files exist.
TEST(Documents, ReadingPathIsShort) {
  std::size_t files = 0;
  std::ptrdiff_t lines = 0;
  for (const auto& row : rows_below(source_path("docs/architecture.md"), "## Reading path")) {
    for (const auto& file : quoted(row.at(0))) {
      ASSERT_TRUE(fs::exists(source_path(file))) << file;
      const auto text = read_file(source_path(file));
      lines += std::count(text.begin(), text.end(), '\n');
      ++files;
    }
  }
  EXPECT_GE(files, 15U);
  EXPECT_LE(files, 25U);
  EXPECT_LE(lines, 3000);
}

// Each answer names an existing file and a name that occurs in it.
TEST(Documents, AnswersNameExistingFilesAndSymbols) {
  std::size_t names = 0;
  for (const auto& row : rows_below(source_path("docs/architecture.md"), "## Ten questions")) {
    const auto file = quoted(row.at(1));
    if (file.empty() || is_deleted_extra(source_path(file[0]))) continue;
    const auto text = read_file(source_path(file[0]));
    for (const auto& name : quoted(row.at(2))) {
      EXPECT_THAT(text, testing::HasSubstr(name)) << file[0];
      ++names;
    }
  }
  EXPECT_GE(names, 12U);
}

// SUITE.NAME of each test in the sources.
std::set<std::string> names_of_tests() {
  const std::regex head(R"(\w+\((\w+), (\w+)[,)])");
  std::set<std::string> names;
  for (const char* folder : {"tests", "extras"}) {
    std::error_code no_extras;
    for (const auto& file : fs::recursive_directory_iterator(source_path(folder), no_extras)) {
      if (file.path().extension() != ".cpp") continue;
      std::istringstream lines(read_file(file.path()));
      for (std::string line; std::getline(lines, line);) {
        if (line.rfind("TEST", 0) != 0 && line.rfind("RC_GTEST_PROP(", 0) != 0) continue;
        std::smatch found;
        if (std::regex_search(line, found, head)) {
          names.insert(found[1].str() + "." + found[2].str());
        }
      }
    }
  }
  return names;
}

constexpr std::array<const char*, 4> kScoreSections{"Data", "Model", "Infrastructure",
                                                    "Monitoring"};

// The rows of a section of docs/ml_test_score.md, without the head of its table.
std::vector<std::vector<std::string>> score_rows(const std::string& section) {
  auto rows = rows_below(source_path("docs/ml_test_score.md"), "## " + section);
  if (rows.size() >= 2) rows.erase(rows.begin(), rows.begin() + 2);
  return rows;
}

// The tests and paths that show an item of the ML Test Score exist. A fork may have deleted the
// extra of an item.
TEST(Documents, MlTestScoreNamesExistingTests) {
  const auto tests = names_of_tests();
  const std::regex test_name("[A-Z]\\w*\\.[A-Z]\\w*");
  std::size_t named = 0;
  for (const char* section : kScoreSections) {
    for (const auto& row : score_rows(section)) {
      const auto shown_by = quoted(row.at(3));
      const bool deleted = std::any_of(shown_by.begin(), shown_by.end(), [](const auto& text) {
        return is_deleted_extra(source_path(text));
      });
      if (deleted) continue;
      for (const auto& text : shown_by) {
        if (std::regex_match(text, test_name)) {
          EXPECT_EQ(tests.count(text), 1U) << text;
          ++named;
        }
        const auto path = text.substr(0, text.find(' '));
        if (path.find('/') != std::string::npos) {
          EXPECT_TRUE(fs::exists(source_path(path))) << path;
        }
      }
    }
  }
  EXPECT_GE(named, 28U);
}

// Each section has seven items, and its score is their sum; the smallest section decides. Sums of
// halves are exact.
TEST(Documents, MlTestScoreAddsUp) {
  const auto totals = score_rows("Score");
  ASSERT_EQ(totals.size(), kScoreSections.size() + 1);
  double lowest = 7.0;
  for (std::size_t i = 0; i < kScoreSections.size(); ++i) {
    const auto rows = score_rows(kScoreSections[i]);
    ASSERT_EQ(rows.size(), 7U) << kScoreSections[i];
    double sum = 0.0;
    for (const auto& row : rows) {
      const double score = std::stod(row.at(4));
      EXPECT_THAT(score, testing::AnyOf(0.0, 0.5, 1.0)) << kScoreSections[i] << row.at(0);
      EXPECT_EQ(quoted(row.at(3)).empty(), score == 0.0) << kScoreSections[i] << row.at(0);
      sum += score;
    }
    EXPECT_THAT(totals[i].at(0), testing::HasSubstr(kScoreSections[i]));
    EXPECT_EQ(std::stod(totals[i].at(1)), sum) << kScoreSections[i];
    lowest = std::min(lowest, sum);
  }
  EXPECT_EQ(std::stod(totals.back().at(1)), lowest);
}

}  // namespace
}  // namespace digits
