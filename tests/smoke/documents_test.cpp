// Commands in documents are run in order, as a reader would type them.
#include "support/documents.h"

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// The lines of a document's ```sh blocks that call `digits` itself. (The scripts build the program
// that runs this test, and have a CI job of their own.)
std::vector<std::string> commands_in(const fs::path& document) {
  std::istringstream lines(read_file(document));
  std::vector<std::string> commands;
  bool in_block = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) in_block = line == "```sh";
    if (in_block && line.rfind("build/release/digits ", 0) == 0) commands.push_back(line);
  }
  return commands;
}

// A folder with the files that a reader has: the tree's data and configurations, and the program.
void lay_out(const fs::path& folder) {
  for (const char* name : {"data", "configs", "README.md"}) {
    fs::create_symlink(source_path(name), folder / name);
  }
  fs::create_directories(folder / "build" / "release");
  fs::create_symlink(program_path(), folder / "build" / "release" / "digits");
}

// Every command of a document ends with exit status 0.
TEST(Documents, CommandsSucceed) {
  int count = 0;
  for (const auto& document : documents()) {
    const TemporaryDirectory folder;
    lay_out(folder.path());
    ProcessOptions options;
    options.directory = folder.path();
    for (const auto& command : commands_in(fs::path(source_path()) / document)) {
      const auto result = run_process({"bash", "-euo", "pipefail", "-c", command}, options);
      EXPECT_EQ(result.status, 0) << document << ": " << command << "\n" << result.err;
      ++count;
    }
  }
  EXPECT_GE(count, 10);
}

}  // namespace
}  // namespace digits
