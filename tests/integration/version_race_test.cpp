// Two processes package at the same time.
#include <algorithm>
#include <chrono>
#include <future>
#include <optional>
#include <thread>

#include "base/file_lock.h"
#include "base/files.h"
#include "base/json.h"
#include "integration/tiny_run.h"
#include "repository/model_folder.h"
#include "repository/package_files.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// Whether a process has this file open.
bool has_open(const fs::path& process, const fs::path& file) {
  std::error_code error;
  for (fs::directory_iterator fd(process / "fd", error), end; !error && fd != end;
       fd.increment(error)) {
    std::error_code closed;
    if (fs::read_symlink(fd->path(), closed) == file) return true;
  }
  return false;
}

// The number of processes of the program that have this file open.
int programs_at(const fs::path& file) {
  const auto program = fs::canonical(program_path());
  int count = 0;
  for (const auto& process : fs::directory_iterator("/proc")) {
    if (process.path().filename().string().find_first_not_of("0123456789") != std::string::npos) {
      continue;  // no process, or "self"
    }
    std::error_code ended;
    if (fs::read_symlink(process.path() / "exe", ended) != program) continue;
    if (has_open(process.path(), file)) ++count;
  }
  return count;
}

// Both succeed, each with a complete version. The first is current, and no temporary file remains.
// They are blocked until both wait for the model's lock, so they start at the same moment.
TEST(VersionRace, ConcurrentPackagingsGetDifferentVersions) {
  const TemporaryDirectory folder;
  const std::vector<std::string> package{"package", tiny_run().path(), "--repository",
                                         folder / "models", "--json"};
  fs::create_directories(folder / "models" / "tiny");
  const auto lock_file = fs::canonical(folder / "models" / "tiny") / ".lock";
  std::optional<FileLock> gate(lock_file);
  const auto start = [&] { return run_digits(package); };
  std::future<ProcessResult> running[] = {std::async(std::launch::async, start),
                                          std::async(std::launch::async, start)};
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (programs_at(lock_file) < 2 && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(programs_at(lock_file), 2);
  gate.reset();
  std::vector<int> versions;
  for (auto& process : running) {
    const auto result = process.get();
    ASSERT_EQ(result.status, 0) << result.err;
    versions.push_back(Json::parse(result.out).at("version").get<int>());
  }
  std::sort(versions.begin(), versions.end());
  EXPECT_THAT(versions, testing::ElementsAre(1, 2));
  const ModelFolder model(folder / "models", "tiny");
  EXPECT_THAT(model.versions(), testing::ElementsAre(1, 2));
  EXPECT_EQ(model.current(), 1);
  const auto files = read_verified(model.path_of(1));
  EXPECT_EQ(files, read_verified(model.path_of(2)));  // of one run: equal to the bit
  EXPECT_EQ(files_below(folder.path()).size(), 2 * (files.size() + 1) + 3);  // 3: the model's own
}

}  // namespace
}  // namespace digits
