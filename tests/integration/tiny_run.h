// One finished run on the committed tiny set, shared by the tests that only read it.
#pragma once

#include <filesystem>

#include "support/program.h"
#include "support/testing.h"

namespace digits {

struct TinyRun {
  TemporaryDirectory folder;
  ProcessResult process;
  double seconds = 0.0;
  std::filesystem::path path() const { return folder / "run"; }
  std::filesystem::path package() const { return path() / "package"; }
};

// `digits run` on data/fixtures/tiny.toml; made at the first call.
const TinyRun& tiny_run();

}  // namespace digits
