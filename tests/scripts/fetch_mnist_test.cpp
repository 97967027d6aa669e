// scripts/fetch_mnist.sh with faulty mirrors: a file appears under its name only with the right
// bytes, and downloaded bytes are not downloaded again. The files are a small stand-in.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/files.h"
#include "base/rng.h"
#include "base/sha256.h"
#include "data/gzip.h"
#include "scripts/mirror_server.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

using Kind = Answer::Kind;
using Names = std::vector<std::string>;

// Random bytes, which do not compress, so that half of the zipped file is many bytes.
std::string random_bytes(std::size_t n) {
  Rng rng(test_seed(), Stream::kTest);
  std::string bytes;
  for (std::size_t i = 0; i < n; ++i) bytes += static_cast<char>(rng.below(256));
  return bytes;
}

class FetchMnist : public testing::Test {
 protected:
  FetchMnist() {
    options_.environment = {{"PAUSE_SECONDS", "0"}, {"no_proxy", "*"}};
    list({"a"});
  }

  // The files to download, all with the same bytes.
  void list(const Names& names) {
    std::string lines;
    for (const auto& name : names) lines += sha256(content_) + "  " + name + "\n";
    write_file(work_ / "list", lines);
  }

  // Runs the script with these mirrors into folder_.
  ProcessResult fetch(const Names& mirrors) {
    Names argv{"bash", source_path("scripts/fetch_mnist.sh"), "--files", work_ / "list", folder_};
    for (const auto& mirror : mirrors) argv.insert(argv.end(), {"--mirror", mirror});
    return run_process(argv, options_);
  }

  // The script exits with this status, and its last line on stderr begins with this code.
  static void expect_failure(const ProcessResult& result, int status, const std::string& code) {
    EXPECT_EQ(result.status, status) << result.err;
    const auto last = result.err.rfind('\n', result.err.size() - 2);
    EXPECT_THAT(result.err.substr(last == std::string::npos ? 0 : last + 1),
                testing::StartsWith("fetch_mnist.sh: " + code + ": "));
    EXPECT_THAT(result.err, testing::EndsWith(")\n"));
    EXPECT_THAT(result.err, testing::HasSubstr(" (hint: "));
  }

  // The script succeeds, and the folder holds exactly these complete files.
  void expect_fetched(const ProcessResult& result, const Names& names = {"a.gz"}) {
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(files_below(folder_), names);
    for (const auto& name : names) EXPECT_EQ(read_file(folder_ / name), zipped_);
  }

  void write_part(const std::string& bytes) {
    std::filesystem::create_directories(folder_);
    write_file(folder_ / "a.gz.part", bytes);
  }

  const std::string content_ = random_bytes(1000);
  const std::string zipped_ = gzip(content_);
  const std::string from_half_ = " bytes=" + std::to_string(zipped_.size() / 2) + "-";
  const Answer whole_{Kind::kWhole, zipped_};
  const Answer missing_{Kind::kStatus, "404 Not Found"};
  const Answer busy_{Kind::kStatus, "503 Service Unavailable"};
  const Answer wrong_{Kind::kWhole, gzip("something else")};
  const TemporaryDirectory work_;
  const std::filesystem::path folder_ = work_ / "mnist";
  ProcessOptions options_;
  MirrorServer server_;
};

// A second call requests no existing file, zipped or plain.
TEST_F(FetchMnist, DownloadsMissingFiles) {
  list({"a", "b"});
  const auto good = server_.mirror("good", {whole_});
  const auto result = fetch({good});
  expect_fetched(result, {"a.gz", "b.gz"});
  EXPECT_THAT(result.out, testing::HasSubstr("a.gz: from " + good));
  EXPECT_EQ(result.err, "");
  std::filesystem::remove(folder_ / "a.gz");
  write_file(folder_ / "a", content_);
  EXPECT_THAT(fetch({good}).out, testing::HasSubstr("mnist/a: already there\n"));
  EXPECT_EQ(files_below(folder_), (Names{"a", "b.gz"}));
  EXPECT_EQ(server_.requests(), (Names{"good/a.gz", "good/b.gz"}));
}

// The second attempt requests exactly the missing bytes.
TEST_F(FetchMnist, ResumesATruncatedDownload) {
  expect_fetched(fetch({server_.mirror("cut", {{Kind::kHalf, zipped_}, whole_})}));
  EXPECT_EQ(server_.requests(), (Names{"cut/a.gz", "cut/a.gz" + from_half_}));
}

TEST_F(FetchMnist, RestartsWhenTheServerIgnoresRanges) {
  write_part(zipped_.substr(0, 100));
  expect_fetched(fetch({server_.mirror("simple", {{Kind::kWithoutRanges, zipped_}})}));
  EXPECT_EQ(server_.requests(), (Names{"simple/a.gz bytes=100-", "simple/a.gz"}));
}

// Partial files with the beginning of another file, or longer than the file: each file is
// downloaded once more from the first byte.
TEST_F(FetchMnist, DiscardsAWrongPartialFile) {
  const auto good = server_.mirror("good", {whole_});
  write_part("other");
  expect_fetched(fetch({good}));
  std::filesystem::remove(folder_ / "a.gz");
  const auto longer = zipped_ + "tail";
  write_part(longer);
  expect_fetched(fetch({good}));
  EXPECT_EQ(server_.requests(),
            (Names{"good/a.gz bytes=5-", "good/a.gz",
                   "good/a.gz bytes=" + std::to_string(longer.size()) + "-", "good/a.gz"}));
}

// One changed bit, or a web page as the answer, is found by the hash only. Each mirror is asked
// once.
TEST_F(FetchMnist, TriesTheNextMirrorAfterWrongBytes) {
  auto damaged = zipped_;
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  expect_fetched(fetch({server_.mirror("damaged", {{Kind::kWhole, damaged}}),
                        server_.mirror("page", {{Kind::kWhole, "<html>"}}),
                        server_.mirror("good", {whole_})}));
  EXPECT_EQ(server_.requests(), (Names{"damaged/a.gz", "page/a.gz", "good/a.gz"}));
}

// The mirror that had the first file is asked first for the second.
TEST_F(FetchMnist, TriesTheNextMirrorAfterAMissingFile) {
  list({"a", "b"});
  expect_fetched(fetch({server_.mirror("empty", {missing_}), server_.mirror("good", {whole_})}),
                 {"a.gz", "b.gz"});
  EXPECT_EQ(server_.requests(), (Names{"empty/a.gz", "good/a.gz", "good/b.gz"}));
}

// Status 503 is temporary, and bytes that arrived before it are kept.
TEST_F(FetchMnist, TriesABusyMirrorThreeTimes) {
  write_part(zipped_.substr(0, 100));
  expect_failure(fetch({server_.mirror("busy", {busy_})}), 3, "fetch.failed");
  EXPECT_EQ(server_.requests(), Names(3, "busy/a.gz bytes=100-"));
  expect_fetched(fetch({server_.mirror("busy", {busy_, busy_, whole_})}));
}

// The bytes that arrived before the stall are kept, and the next attempt continues after them. The
// limit is two seconds, so that a busy machine does not count as a stalled mirror.
TEST_F(FetchMnist, AbortsAStalledDownload) {
  options_.environment["STALL_SECONDS"] = "2";
  expect_fetched(fetch({server_.mirror("stalled", {{Kind::kStalled, zipped_}, whole_})}));
  EXPECT_EQ(server_.requests().at(1), "stalled/a.gz" + from_half_);
}

// A redirected request keeps its range. A cycle of redirects is an error.
TEST_F(FetchMnist, FollowsRedirects) {
  write_part(zipped_.substr(0, 100));
  const auto good = server_.mirror("good", {whole_});
  expect_fetched(fetch({server_.mirror("moved", {{Kind::kRedirect, good + "a.gz"}})}));
  EXPECT_EQ(server_.requests().back(), "good/a.gz bytes=100-");
  std::filesystem::remove(folder_ / "a.gz");
  const auto ring = server_.mirror("ring", {{Kind::kRedirect, "/ring/a.gz"}});
  expect_failure(fetch({ring}), 3, "fetch.failed");
}

// Every mirror is named with its reason, and no other mirror is tried.
TEST_F(FetchMnist, LeavesNoFileWhenAllMirrorsFail) {
  const auto empty = server_.mirror("empty", {missing_}), wrong = server_.mirror("wrong", {wrong_});
  const std::string nobody = "http://127.0.0.1:1/";  // a port without a server
  const auto result = fetch({nobody, wrong, empty});
  expect_failure(result, 3, "fetch.checksum");
  for (const auto& mirror : {nobody, wrong, empty}) {
    EXPECT_THAT(result.err, testing::HasSubstr(mirror + ": "));
  }
  EXPECT_THAT(result.err, testing::Not(testing::HasSubstr("https://")));
  EXPECT_EQ(server_.requests(), (Names{"wrong/a.gz", "empty/a.gz"}));
  EXPECT_TRUE(files_below(folder_).empty());
}

// The signal arrives with half of the file on the disk. The half remains, and the next call
// continues after it. The answer shows that curl has ended, since the server serves one connection
// after the other.
TEST_F(FetchMnist, ResumesAfterASignal) {
  const auto mirror = server_.mirror("stalled", {{Kind::kStalled, zipped_}, whole_});
  options_.signal = SIGTERM;
  options_.interrupt_when = [this] {
    std::error_code missing;
    return std::filesystem::file_size(folder_ / "a.gz.part", missing) == zipped_.size() / 2;
  };
  expect_failure(fetch({mirror}), 130, "interrupted");
  EXPECT_EQ(files_below(folder_), Names{"a.gz.part"});
  EXPECT_EQ(read_file(folder_ / "a.gz.part"), zipped_.substr(0, zipped_.size() / 2));
  options_.interrupt_when = nullptr;
  expect_fetched(fetch({mirror}));
  EXPECT_EQ(server_.requests(), (Names{"stalled/a.gz", "stalled/a.gz" + from_half_}));
}

// A file with other content may be the user's work. It ends the call before any download.
TEST_F(FetchMnist, NeverOverwritesAFile) {
  list({"a", "b"});
  std::filesystem::create_directories(folder_);
  write_file(folder_ / "b.gz", "mine");
  const auto result = fetch({server_.mirror("good", {whole_})});
  expect_failure(result, 3, "fetch.exists");
  EXPECT_THAT(result.err, testing::HasSubstr((folder_ / "b.gz").string()));
  EXPECT_EQ(files_below(folder_), Names{"b.gz"});
  EXPECT_EQ(read_file(folder_ / "b.gz"), "mine");
  EXPECT_TRUE(server_.requests().empty());
}

// Two calls would write into the same partial file.
TEST_F(FetchMnist, RejectsAFolderInUse) {
  std::filesystem::create_directories(folder_);
  const int other = ::open(folder_.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  expect_failure(fetch({server_.mirror("good", {whole_})}), 3, "fetch.busy");
  EXPECT_TRUE(server_.requests().empty());
  ::close(other);
}

TEST_F(FetchMnist, ReportsAWriteError) {
  options_.file_size_limit = 700;  // less than the file, more than the messages
  expect_failure(fetch({server_.mirror("good", {whole_})}), 2, "output.write");
  EXPECT_EQ(files_below(folder_), Names{"a.gz.part"});
  std::filesystem::remove_all(folder_);
  write_file(folder_, "a file");
  expect_failure(fetch({server_.mirror("good", {whole_})}), 2, "output.folder");
}

TEST_F(FetchMnist, ReportsMissingCurl) {
  const auto bash = run_process({"bash", "-c", "command -v bash"}).out;
  options_.environment["PATH"] = work_.path();
  const auto result = run_process(
      {bash.substr(0, bash.size() - 1), source_path("scripts/fetch_mnist.sh"), folder_}, options_);
  expect_failure(result, 3, "fetch.curl");
}

TEST_F(FetchMnist, RejectsWrongUsage) {
  write_file(work_ / "names", "a\n");
  const std::map<std::string, Names> wrong{{"usage.url", {"--mirror", "nowhere"}},
                                           {"usage.files", {"--files", work_ / "names"}},
                                           {"usage.argument", {"--mirrors"}}};
  for (const auto& [code, arguments] : wrong) {
    Names argv{"bash", source_path("scripts/fetch_mnist.sh"), folder_};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    expect_failure(run_process(argv), 2, code);
    EXPECT_EQ(files_below(work_.path()), (Names{"list", "names"})) << code;
  }
}

}  // namespace
}  // namespace digits
