// One finished run on the committed tiny set, shared by the tests that only read it.
#pragma once

#include <filesystem>

#include "support/program.h"
#include "support/testing.h"

namespace digits {

struct TinyRun {
  TemporaryDirectory folder;
  ProcessResult process;
  std::filesystem::path path() const { return folder / "run"; }
  std::filesystem::path package() const { return path() / "package"; }
};

// `digits run` on data/fixtures/tiny.toml. Under CTest the programs of the tier share one training
// (DIGITS_TINY_RUN names its folder), and each gets its own copy. A program started without CTest
// trains at the first call.
const TinyRun& tiny_run();

// A gates file that no model of the tiny set passes.
inline constexpr char kStrictGates[] =
    "[[gate]]\nmetric = \"accuracy\"\nat_least = 0.9999\nreason = \"strict\"\n";

// A copy of that run without its package and with one undecided gate: the bound is the accuracy
// itself, and the interval's low end is below it.
void copy_undecided_run(const std::filesystem::path& folder);

// A training on the same set whose best epoch by validation accuracy is not its last: at one seed
// in three. Made at the first call.
struct EarlyBest {
  TemporaryDirectory folder;
  int seed = 0;
  int best_epoch = 0;
  double best_accuracy = 0.0;
  std::filesystem::path path() const { return folder / std::to_string(seed); }
};
const EarlyBest& early_best();

// history.jsonl without the keys that a clock or the kernel decides.
std::string history_without_times(const std::filesystem::path& run);

// The parts of a training that must not depend on time, place or interruptions, and those of a
// whole run.
std::string training_identity(const std::filesystem::path& run);
std::string identity(const std::filesystem::path& run);

}  // namespace digits
