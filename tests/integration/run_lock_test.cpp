// A run is for one process at a time.
#include "base/files.h"
#include "integration/tiny_run.h"
#include "pipeline/pipeline.h"

namespace digits {
namespace {

namespace fs = std::filesystem;

// For as long as a run is at work, begun or resumed, who would go on with it is sent away before
// the half-written files in it are taken for remains; then they are remains, and go.
TEST(RunLock, KeepsOthersOutWhileARunIsAtWork) {
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  const auto half = run / "checkpoint" / ".step-9.safetensors.tmp-0123456789abcdef";
  auto config = load_config(fixtures() / "tiny.toml", Config());
  config.data.source = fixtures() / "tiny";
  config.gates_file = fixtures() / "tiny_gates.toml";
  config.train.epochs = 1;
  config = resolve(config);
  RunOptions resume;
  resume.resume = true;
  for (const auto& options : {RunOptions(), resume}) {
    const auto at_work = train_run(config, run, options);
    write_file(half, "half-written");
    expect_error("output.busy", [&] { train_run(config, run, resume); });
    EXPECT_TRUE(fs::exists(half));
  }
  train_run(config, run, resume);
  EXPECT_FALSE(fs::exists(half));
}

}  // namespace
}  // namespace digits
