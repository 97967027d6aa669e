// Predictions of many images into a file: the same in every form, and whatever happens on the way.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include "base/files.h"
#include "base/resumable_file.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "data/idx.h"
#include "data/load.h"
#include "integration/tiny_run.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// `count` images that differ, made of the tiny set's.
IdxArray many_images(std::uint32_t count) {
  static const auto set = load_dataset(fixtures() / "tiny", Part::kTest);
  const auto bytes = set.schema.image_bytes();
  IdxArray images{{count, static_cast<std::uint32_t>(set.schema.rows),
                   static_cast<std::uint32_t>(set.schema.cols)},
                  {}};
  for (std::size_t i = 0; i < count; ++i) {
    const auto* image = set.image(i % set.size());
    images.values.insert(images.values.end(), image, image + bytes);
    auto& pixel = images.values[i * bytes + i / set.size() % bytes];
    pixel = static_cast<std::uint8_t>(pixel ^ 255);
  }
  return images;
}

std::vector<std::string> predict(const std::vector<std::string>& more) {
  std::vector<std::string> words{"predict", "--model", tiny_run().package()};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line + ",");
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

// The lines on standard output, the JSON lines in a file and the CSV say the same of each image;
// and no number of threads changes a byte.
TEST(BatchPredict, IsTheSameInEveryFormOnAnyThreads) {
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

// The bound is the best probability of one of the images, which is still answered; the others below
// it are not. The summary counts them.
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

// A named pipe among the inputs, which holds whoever reads it until open(); so that a program can
// be stopped before it is done, however fast it is. From then on it is empty for everybody. Its
// times do not change, as nothing is ever written into it.
class Gate {
 public:
  explicit Gate(std::string path) : path_(std::move(path)) {
    if (::mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("mkfifo");
  }
  ~Gate() {
    closed_ = true;
    if (porter_.joinable()) porter_.join();
    if (writer_ >= 0) ::close(writer_);
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // Whether somebody waits at it.
  bool reached() {
    if (writer_ < 0) writer_ = ::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return writer_ >= 0;
  }

  // No writer is open when it returns, which a fork would inherit.
  void open() {
    if (writer_ >= 0) ::close(std::exchange(writer_, -1));
    porter_ = std::thread([this] {
      for (; !closed_; std::this_thread::sleep_for(std::chrono::milliseconds(1))) {
        if (reached()) ::close(std::exchange(writer_, -1));
      }
    });
  }

 private:
  std::string path_;
  int writer_ = -1;
  std::atomic<bool> closed_{false};
  std::thread porter_;
};

// What the tests below stop: IDX files, gzip'd and not, and between them a folder of pictures with
// one that is none.
struct Batch {
  explicit Batch(std::uint32_t images = 6000) {
    write_idx(folder / "a.idx.gz", many_images(images));
    write_idx(folder / "b.idx", many_images(images));
    fs::copy(fixtures() / "digits", folder / "pictures");
    write_file(folder / "pictures" / "5-no-picture.png", "this is not a PNG");
  }
  std::vector<std::string> into(const std::string& out, std::vector<std::string> more = {}) const {
    for (const auto& input : inputs) more.push_back(folder / input);
    more.insert(more.end(), {"--out", folder / out});
    return predict(more);
  }
  // Lines in the journal of an unfinished file: one more than pieces. It may go at any moment.
  std::size_t journal_lines(const std::string& out) const {
    std::ifstream stream(folder / (out + ".journal"));
    std::ostringstream journal;
    if (stream.peek() != std::ifstream::traits_type::eof()) journal << stream.rdbuf();
    return lines_of(journal.str()).size();
  }
  TemporaryDirectory folder;
  std::vector<std::string> inputs{"a.idx.gz", "pictures", "b.idx"};
};

// The same with a gate behind the first of them.
struct GatedBatch : Batch {
  explicit GatedBatch(std::uint32_t images) : Batch(images), gate(folder / "gate.idx") {
    inputs.insert(inputs.begin() + 1, "gate.idx");
  }
  Gate gate;
};

// Every input has its line, the unreadable one too, which is named at the end; the exit status
// tells.
TEST(BatchPredict, GoesOnPastAnUnreadableFile) {
  const Batch batch(100);
  const auto result = fork_digits(batch.into("x.csv"));
  EXPECT_EQ(result.status, 3);
  const auto bad = (batch.folder / "pictures/5-no-picture.png").string();
  EXPECT_THAT(result.err, testing::StartsWith("digits: image.unreadable: " + bad));
  EXPECT_THAT(result.err, testing::EndsWith("\ndigits: 1 inputs could not be read\n"));
  EXPECT_THAT(result.out, testing::HasSubstr("unreadable   1\n"));
  const auto csv = read_file(batch.folder / "x.csv");
  EXPECT_THAT(csv, testing::HasSubstr("\n" + bad + ",,,,,,,,image.unreadable,,"));
  EXPECT_THAT(csv, testing::HasSubstr("\n" + (batch.folder / "b.idx").string() + ",99,"));
  const auto lines = fork_digits(batch.into("x.jsonl"));
  EXPECT_EQ(lines.status, 3);
  EXPECT_THAT(read_file(batch.folder / "x.jsonl"),
              testing::HasSubstr("\n{\"path\":\"" + bad + "\",\"error\":\"image.unreadable\"}\n"));
}

// SIGKILL after any number of chunks, sometimes twice, sometimes in the middle of a write: the file
// ends as the one that was never stopped, and so do status and messages; nothing else is left.
TEST(BatchPredict, KilledAnywhereEndsWithTheSameBytes) {
  const Batch batch;
  const auto whole = fork_digits(batch.into("whole.csv"));
  ASSERT_EQ(whole.status, 3) << whole.err;
  const auto expected = read_file(batch.folder / "whole.csv");
  Rng rng(test_seed(), Stream::kTest);
  int kills = 0;
  for (int trial = 0; kills < 6; ++trial) {
    ASSERT_LT(trial, 40) << kills << " kills";
    std::vector<std::string> more;
    std::size_t lines = 1;
    for (auto times = 1 + rng.below(2); times > 0; --times) {
      lines += 1 + rng.below(6);  // to 13 of 15: header, names, 6 chunks, pictures, 6 chunks
      const int status = fork_and_signal(batch.into("x.csv", more), SIGKILL,
                                         [&] { return batch.journal_lines("x.csv") >= lines; });
      if (status != 128 + SIGKILL) break;
      ++kills;
      more = {"--resume"};
      const auto part = batch.folder / "x.csv.part";
      if (!fs::exists(part)) break;  // the signal came when all was written
      if (rng.below(2) == 0) write_file(part, read_file(part) + "half a li");
    }
    const bool whole_already = fs::exists(batch.folder / "x.csv");
    const auto resumed = fork_digits(batch.into("x.csv", {"--resume"}));
    EXPECT_EQ(resumed.status, whole_already ? 2 : 3) << resumed.err;
    if (!whole_already) {
      EXPECT_EQ(resumed.err, whole.err);
    }
    EXPECT_TRUE(read_file(batch.folder / "x.csv") == expected) << "trial " << trial;
    fs::remove(batch.folder / "x.csv");
    EXPECT_EQ(list_folder(batch.folder.path()).size(), 4U);
  }
}

// Ctrl-C: status 130, and the command that the hint names goes on when a shell runs it as it
// stands.
TEST(BatchPredict, InterruptedNamesTheCommandThatGoesOn) {
  GatedBatch batch(2000);
  ProcessOptions options;
  options.interrupt_when = [&] {
    return batch.gate.reached() && batch.journal_lines("it's x.csv") >= 2;
  };
  options.after_signal = [&] { batch.gate.open(); };
  const auto stopped = run_digits(batch.into("it's x.csv"), options);
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_GE(batch.journal_lines("it's x.csv"), 2U);
  std::smatch command;
  ASSERT_TRUE(std::regex_search(stopped.err, command,
                                std::regex("hint: go on with: (digits predict --resume .*)\\)\n$")))
      << stopped.err;
  ProcessOptions shell;
  shell.directory = DIGITS_SOURCE_DIR;
  shell.environment["PATH"] =
      fs::path(DIGITS_PROGRAM).parent_path().string() + ":" + std::getenv("PATH");
  const auto resumed = run_process({"bash", "-c", command[1]}, shell);
  ASSERT_EQ(resumed.status, 3) << resumed.err;
  ASSERT_EQ(fork_digits(batch.into("whole.csv")).status, 3);
  EXPECT_TRUE(read_file(batch.folder / "it's x.csv") == read_file(batch.folder / "whole.csv"));
}

// A disk that fills up ends it by its name and keeps what there is; with room again, it goes on.
TEST(BatchPredict, AfterAFullDiskGoesOn) {
  const Batch batch(3000);
  ASSERT_EQ(fork_digits(batch.into("whole.csv")).status, 3);
  const auto expected = read_file(batch.folder / "whole.csv");
  ProcessOptions full;
  full.file_size_limit = static_cast<long>(expected.size() / 2);
  const auto stopped = run_digits(batch.into("x.csv"), full);
  ASSERT_EQ(stopped.status, 1) << stopped.err;
  EXPECT_THAT(stopped.err, testing::HasSubstr("digits: disk.full: "));
  EXPECT_THAT(stopped.err, testing::HasSubstr("go on with: digits predict --resume "));
  EXPECT_FALSE(fs::exists(batch.folder / "x.csv"));
  ASSERT_EQ(fork_digits(batch.into("x.csv", {"--resume"})).status, 3);
  EXPECT_TRUE(read_file(batch.folder / "x.csv") == expected);
}

// Another model, bound or input, or nothing to go on with; a file or a part in the way, or another
// writer: refused by name, and what is there stays.
TEST(BatchPredict, RefusesWhatWouldNotBeTheSame) {
  GatedBatch batch(2000);
  const auto at_gate = [&] { return batch.gate.reached() && batch.journal_lines("x.csv") >= 4; };
  ASSERT_EQ(fork_and_signal(batch.into("x.csv"), SIGKILL, at_gate), 128 + SIGKILL);
  batch.gate.open();  // for whoever should be refused and is not
  const auto part = read_file(batch.folder / "x.csv.part");
  const auto expect_refused = [&](const std::vector<std::string>& words, const std::string& code) {
    const auto result = fork_digits(words);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, testing::StartsWith("digits: " + code + ": "));
    return result.err;
  };
  expect_refused(batch.into("y.csv", {"--resume"}), "output.missing");
  expect_refused(batch.into("x.csv"), "output.exists");
  EXPECT_THAT(expect_refused(batch.into("x.csv", {"--resume", "--min-confidence", "0.5"}),
                             "output.changed"),
              testing::HasSubstr("another min_confidence, expected"));
  // The manifest says that the model is another one.
  fs::copy(tiny_run().package(), batch.folder / "model");
  auto manifest = Json::parse(read_file(batch.folder / "model/manifest.json"));
  auto sums = read_file(batch.folder / "model/SHA256SUMS");
  const auto old_sum = sha256(read_file(batch.folder / "model/manifest.json"));
  manifest["lineage"]["seed"] = 4;
  write_json(batch.folder / "model/manifest.json", manifest);
  const auto new_sum = sha256(read_file(batch.folder / "model/manifest.json"));
  sums.replace(sums.find(old_sum), old_sum.size(), new_sum);
  write_file(batch.folder / "model/SHA256SUMS", sums);
  auto words = batch.into("x.csv", {"--resume"});
  words[2] = batch.folder / "model";
  EXPECT_THAT(expect_refused(words, "output.changed"), testing::HasSubstr("another package, exp"));
  fs::last_write_time(batch.folder / "b.idx", fs::file_time_type::clock::now());
  EXPECT_THAT(expect_refused(batch.into("x.csv", {"--resume"}), "output.changed"),
              testing::HasSubstr("another inputs, expected"));
  EXPECT_EQ(read_file(batch.folder / "x.csv.part"), part);
  write_file(batch.folder / "x.csv", "somebody's");
  expect_refused(batch.into("x.csv", {"--resume"}), "output.exists");
  EXPECT_EQ(read_file(batch.folder / "x.csv"), "somebody's");
  const ResumableFile other(batch.folder / "y.csv", Json::object());
  expect_refused(batch.into("y.csv"), "output.busy");
  expect_refused(batch.into("y.csv", {"--resume"}), "output.busy");
}

TEST(BatchPredict, ChecksItsOptions) {
  for (const auto& [words, seen] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--out", "x.txt", "x.png"}, "x.txt"},
           {{"--resume", "x.png"}, "--resume given, expected --out"},
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
