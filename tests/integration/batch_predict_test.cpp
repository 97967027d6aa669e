// Predictions of many images into a file: all formats agree.
#include <algorithm>
#include <sstream>

#include "base/files.h"
#include "integration/predict_inputs.h"
#include "support/full_disk.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line + ",");
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

// The lines on standard output, the JSON lines in a file and the CSV agree on each image, and the
// number of threads changes no byte.
TEST(BatchPredict, FormatsAgreeOnAnyNumberOfThreads) {
  const TemporaryDirectory folder;
  const auto idx = (folder / "many.idx").string();
  write_idx(idx, many_images(3000));
  const auto shown = fork_digits(predict({"--json", "--threads", "1", idx}));
  ASSERT_EQ(shown.status, 0) << shown.err;
  for (const char* threads : {"1", "2", "5"}) {
    for (const char* form : {".jsonl", ".csv"}) {
      const auto out = (folder / threads).string() + form;
      const auto result = fork_digits(predict({"--threads", threads, "--out", out, idx}));
      ASSERT_EQ(result.status, 0) << result.err;
      EXPECT_THAT(result.out, testing::HasSubstr("images       3000\n"));
    }
    EXPECT_TRUE(read_file((folder / threads).string() + ".jsonl") == shown.out) << threads;
  }
  const auto csv = read_file(folder / "1.csv");
  EXPECT_TRUE(read_file(folder / "2.csv") == csv && read_file(folder / "5.csv") == csv);
  const auto rows = lines_of(csv);
  const auto objects = lines_of(shown.out);
  ASSERT_EQ(objects.size(), 3000U);
  ASSERT_EQ(rows.size(), objects.size() + 1);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto object = Json::parse(objects[i]);
    const auto fields = fields_of(rows[i + 1]);
    const std::vector<std::string> expected{
        idx, std::to_string(i), "", "", "", "", object.at("label").get<std::string>(), "false", ""};
    ASSERT_EQ(fields.size(), expected.size() + 10);
    std::vector<double> probabilities;
    for (auto field = fields.begin() + 9; field != fields.end(); ++field) {
      probabilities.push_back(std::stod(*field));
    }
    ASSERT_TRUE(std::equal(expected.begin(), expected.end(), fields.begin())) << rows[i + 1];
    ASSERT_EQ(probabilities, object.at("probabilities").get<std::vector<double>>());
  }
}

// The bound equals the best probability of one image, which is still answered. Images below it are
// abstained. The summary counts them.
TEST(BatchPredict, AbstainsBelowTheBound) {
  const TemporaryDirectory folder;
  const auto set = (fixtures() / "tiny").string();
  std::vector<std::pair<double, std::string>> answers;
  for (const auto& line : lines_of(fork_digits(predict({"--json", set})).out)) {
    const auto object = Json::parse(line);
    EXPECT_FALSE(object.at("abstained").get<bool>());
    const auto all = object.at("probabilities").get<std::vector<double>>();
    answers.emplace_back(*std::max_element(all.begin(), all.end()), object.at("label"));
  }
  ASSERT_EQ(answers.size(), 200U);
  auto bounds = answers;
  std::sort(bounds.begin(), bounds.end());
  const double bound = bounds[100].first;
  const auto text = Json(bound).dump();
  const auto result =
      fork_digits(predict({"--json", "--min-confidence", text, "--out", folder / "x.jsonl", set}));
  ASSERT_EQ(result.status, 0) << result.err;
  const auto below = std::count_if(answers.begin(), answers.end(),
                                   [&](const auto& answer) { return answer.first < bound; });
  const auto summary = Json::parse(result.out);
  EXPECT_EQ(summary.at("images"), 200);
  EXPECT_EQ(summary.at("abstained"), below);
  EXPECT_EQ(summary.at("unreadable"), 0);
  const auto lines = lines_of(read_file(folder / "x.jsonl"));
  ASSERT_EQ(lines.size(), answers.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto object = Json::parse(lines[i]);
    const bool abstained = answers[i].first < bound;
    EXPECT_EQ(object.at("abstained"), abstained);
    EXPECT_EQ(object.at("label"), abstained ? Json() : Json(answers[i].second));
  }
}

// Every input has a line. The unreadable one has a line too and is named at the end, and the exit
// status reports it.
TEST(BatchPredict, ContinuesAfterAnUnreadableFile) {
  const PredictInputs inputs(100);
  const auto result = fork_digits(inputs.into("x.csv"));
  EXPECT_EQ(result.status, 3);
  const auto bad = (inputs.folder / "pictures/5-no-picture.png").string();
  EXPECT_THAT(result.err, testing::StartsWith("digits: image.unreadable: " + bad));
  EXPECT_THAT(result.err, testing::EndsWith("\ndigits: 1 inputs could not be read\n"));
  const auto csv = read_file(inputs.folder / "x.csv");
  const auto images = lines_of(csv).size() - 2;  // without the heading and the error
  EXPECT_THAT(result.out, testing::StartsWith("images       " + std::to_string(images) +
                                              "\nabstained    0\nunreadable   1\nseconds      "));
  EXPECT_THAT(result.out,
              testing::EndsWith(" MiB\nfile         " + (inputs.folder / "x.csv").string() + "\n"));
  EXPECT_THAT(csv, testing::HasSubstr("\n" + bad + ",,,,,,,,image.unreadable,,"));
  EXPECT_THAT(csv, testing::HasSubstr("\n" + (inputs.folder / "b.idx").string() + ",99,"));
  const auto lines = fork_digits(inputs.into("x.jsonl"));
  EXPECT_EQ(lines.status, 3);
  EXPECT_THAT(read_file(inputs.folder / "x.jsonl"),
              testing::HasSubstr("\n{\"path\":\"" + bad + "\",\"error\":\"image.unreadable\"}\n"));
}

// Three shards of five chunks: the concatenation of their files is the file of the whole. The
// status is that of the shard's own inputs: one has the unreadable picture.
TEST(BatchPredict, ShardsTogetherEqualTheWhole) {
  const PredictInputs inputs(1300);
  for (const std::string type : {".csv", ".jsonl"}) {
    ASSERT_EQ(fork_digits(inputs.into("whole" + type)).status, 3);
    std::string all;
    std::vector<int> statuses;
    for (const std::string number : {"1", "2", "3"}) {
      const auto result = fork_digits(inputs.into(number + type, {"--shard", number + "/3"}));
      statuses.push_back(result.status);
      all += read_file(inputs.folder / (number + type));
    }
    EXPECT_TRUE(all == read_file(inputs.folder / ("whole" + type))) << type;
    EXPECT_THAT(statuses, testing::ElementsAre(0, 3, 0));
  }
}

// Ctrl-C with half of the predictions in the temporary file: no file remains, and the hint is no
// resume command.
TEST(BatchPredict, InterruptLeavesNoFile) {
  PredictInputs inputs(100);
  BlockingPipe gate(inputs.folder / "gate.idx");
  inputs.names = {"b.idx", "gate.idx"};
  const auto before = list_names(inputs.folder.path());
  const auto temporary_size = [&] {
    std::uintmax_t size = 0;
    for (const auto& entry : fs::directory_iterator(inputs.folder.path())) {
      if (entry.path().filename().string()[0] == '.') size += entry.file_size();
    }
    return size;
  };
  std::uintmax_t written = 0;
  ProcessOptions options;
  options.interrupt_when = [&] { return gate.reached() && (written = temporary_size()) > 0; };
  options.after_signal = [&] { gate.open(); };
  const auto stopped = run_digits(inputs.into("x.csv", {"--threads", "1"}), options);
  EXPECT_EQ(stopped.status, 130);
  EXPECT_GT(written, 1000U);
  EXPECT_THAT(stopped.err, testing::HasSubstr("digits: interrupted: "));
  EXPECT_THAT(stopped.err, testing::HasSubstr("x.csv was not written (hint: with --shard I/N, "));
  EXPECT_EQ(list_names(inputs.folder.path()), before);
  EXPECT_EQ(temporary_size(), 0U);
}

TEST(BatchPredict, FullDiskLeavesNoFile) {
  const PredictInputs inputs(100);
  const auto before = files_below(inputs.folder.path());
  const auto words = inputs.into("x.csv");  // makes the package, too, which needs room
  ProcessResult result;
  {
    const FileSizeLimit limit(10000);
    result = fork_digits(words);
  }
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, testing::HasSubstr("digits: disk.full: "));
  EXPECT_EQ(files_below(inputs.folder.path()), before);
}

TEST(BatchPredict, NeverOverwritesAFile) {
  const PredictInputs inputs(100);
  write_file(inputs.folder / "x.csv", "somebody's");
  const auto result = fork_digits(inputs.into("x.csv"));
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, testing::StartsWith("digits: output.exists: "));
  EXPECT_EQ(read_file(inputs.folder / "x.csv"), "somebody's");
}

TEST(BatchPredict, RejectsInvalidOptions) {
  for (const auto& [words, seen] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--out", "x.txt", "x.png"}, "x.txt"},
           {{"--shard", "3/2", "x.png"}, "--shard \"3/2\""},
           {{"--shard", "-1/2", "x.png"}, "--shard \"-1/2\""},
           {{"--min-confidence", "1.5", "x.png"}, "--min-confidence \"1.5\""},
           {{"--min-confidence", "half", "x.png"}, "--min-confidence \"half\""}}) {
    const auto result = fork_digits(predict(words));
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_THAT(result.err, testing::StartsWith("digits: usage.option: "));
    EXPECT_THAT(result.err, testing::HasSubstr(seen));
  }
}

}  // namespace
}  // namespace digits
