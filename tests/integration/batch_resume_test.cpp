// Predictions into a file that are stopped, by whatever: what goes on ends as if nothing had been.
#include <csignal>
#include <cstdlib>
#include <regex>

#include "base/files.h"
#include "base/resumable_file.h"
#include "base/rng.h"
#include "integration/batch.h"
#include "integration/package_copy.h"
#include "pipeline/version.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// SIGKILL after any number of chunks, sometimes twice, sometimes in the middle of a write: the file
// ends as the one that was never stopped, and so do status and messages; nothing else is left.
TEST(BatchResume, KilledAnywhereEndsWithTheSameBytes) {
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
// stands. What could not be read before the stop counts at the end: the only such picture lies
// before the gate.
TEST(BatchResume, InterruptedNamesTheCommandThatGoesOn) {
  GatedBatch batch(2000);
  ProcessOptions options;
  options.interrupt_when = [&] {
    return batch.gate.reached() && batch.journal_lines("it's x.csv") >= 5;
  };
  options.after_signal = [&] { batch.gate.open(); };
  const auto stopped = run_digits(batch.into("it's x.csv"), options);
  ASSERT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_GE(batch.journal_lines("it's x.csv"), 5U);  // its header, the names, 2 chunks, pictures
  std::smatch command;
  ASSERT_TRUE(std::regex_search(stopped.err, command,
                                std::regex("hint: go on with: (digits predict --resume .*)\\)\n$")))
      << stopped.err;
  ProcessOptions shell;
  shell.directory = source_path();
  shell.environment["PATH"] =
      fs::path(program_path()).parent_path().string() + ":" + std::getenv("PATH");
  const auto resumed = run_process({"bash", "-c", command[1]}, shell);
  ASSERT_EQ(resumed.status, 3) << resumed.err;
  ASSERT_EQ(fork_digits(batch.into("whole.csv")).status, 3);
  EXPECT_TRUE(read_file(batch.folder / "it's x.csv") == read_file(batch.folder / "whole.csv"));
}

// A disk that fills up ends it by its name and keeps what there is; with room again, it goes on.
TEST(BatchResume, AfterAFullDiskGoesOn) {
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

// The journal, had another program begun it. It names this one.
std::string by_another_program(const std::string& journal, const std::string& key) {
  const auto end = journal.find('\n');
  auto header = Json::parse(journal.substr(0, end));
  auto& program = header["program"];
  EXPECT_EQ(program.value(key, Json()), versions().at(key));
  program[key] = "another";
  return to_text(header, -1) + journal.substr(end);
}

// Another model, program, bound or input, or nothing to go on with; a file or a part in the way, or
// another writer: refused by name, and what is there stays.
TEST(BatchResume, RefusesWhatWouldNotBeTheSame) {
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
  const auto journal = read_file(batch.folder / "x.csv.journal");
  for (const char* key : {"digits", "revision", "opencv"}) {
    write_file(batch.folder / "x.csv.journal", by_another_program(journal, key));
    EXPECT_THAT(expect_refused(batch.into("x.csv", {"--resume"}), "output.changed"),
                testing::HasSubstr("another program, expected"));
  }
  write_file(batch.folder / "x.csv.journal", journal);
  // The manifest says that the model is another one.
  const PackageCopy other_model;
  edit_manifest(other_model, [](Json& manifest) { manifest["lineage"]["seed"] = 4; });
  auto words = batch.into("x.csv", {"--resume"});
  words[2] = other_model.path();
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

}  // namespace
}  // namespace digits
