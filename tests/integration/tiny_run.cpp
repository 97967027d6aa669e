#include "integration/tiny_run.h"

#include <chrono>
#include <memory>

namespace digits {

const TinyRun& tiny_run() {
  static std::unique_ptr<TinyRun> run;
  if (run != nullptr) return *run;
  run = std::make_unique<TinyRun>();
  const auto start = std::chrono::steady_clock::now();
  run->process = run_digits({"run", "--config", "data/fixtures/tiny.toml", "--out", run->path()});
  run->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return *run;
}

}  // namespace digits
