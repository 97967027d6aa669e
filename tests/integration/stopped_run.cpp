#include "integration/stopped_run.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/files.h"
#include "pipeline/pipeline.h"

namespace digits {

namespace fs = std::filesystem;

Config many_states() {
  auto config = load_config(fixtures() / "tiny.toml", Config());
  config.data.source = fixtures() / "tiny";
  config.gates_file = fixtures() / "tiny_gates.toml";
  config.train.epochs = 3;
  config.train.average = 0.95;
  config.train.checkpoint_steps = 5;
  return resolve(config);
}

std::string newest_state(const fs::path& run) {
  std::string newest;
  if (!fs::exists(run / "checkpoint")) return newest;
  for (const auto& path : list_folder(run / "checkpoint")) {
    if (path.filename().string().rfind("step-", 0) == 0) newest = path;
  }
  return newest;
}

bool train_until_killed(const Config& config, const fs::path& run, useconds_t moment) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
    RunOptions options;
    options.resume = RunDirectory::exists(run);
    options.train_only = true;
    int status = 1;
    try {
      run_pipeline(options.resume ? RunDirectory::open(run).read_config() : config, run, options);
      status = 0;
    } catch (const std::exception&) {
    }
    ::_exit(status);
  }
  if (moment > 0) {
    ::usleep(moment);
    ::kill(child, SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

fs::path trained_run(const TemporaryDirectory& folder, const Config& with) {
  fs::copy(fixtures() / "tiny", folder / "set");
  auto config = with;
  config.data.source = folder / "set";
  EXPECT_FALSE(train_until_killed(config, folder / "run", 0));
  return folder / "run";
}

}  // namespace digits
