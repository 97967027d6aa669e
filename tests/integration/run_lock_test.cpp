// One process at a time works on a run.
#include "base/files.h"
#include "integration/tiny_run.h"
#include "pipeline/pipeline.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// During a run, new or resumed, another process is rejected before it deletes the run's partial
// files. After the run they are deleted.
TEST(RunLock, RejectsASecondProcess) {
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  const auto half = run / "checkpoint" / ".step-9.safetensors.tmp-0123456789abcdef";
  auto config = load_config(fixtures() / "tiny.toml", Config());
  config.data.source = fixtures() / "tiny";
  config.gates_file = fixtures() / "tiny_gates.toml";
  config.train.epochs = 1;
  config = resolve(config);
  RunOptions options;
  options.train_only = true;
  const auto start = [&] { return run_pipeline(config, run, options); };
  const auto resume = [&] {
    auto resuming = options;
    resuming.resume = true;
    return run_pipeline(RunDirectory::open(run).read_config(), run, resuming);
  };
  for (const bool resumed : {false, true}) {
    const auto at_work = resumed ? resume() : start();
    write_file(half, "half-written");
    expect_error("output.busy", [&] { resume(); });
    EXPECT_TRUE(fs::exists(half));
  }
  resume();
  EXPECT_FALSE(fs::exists(half));
}

}  // namespace
}  // namespace digits
