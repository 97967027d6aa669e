#include "integration/tiny_run.h"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "base/files.h"
#include "base/sha256.h"
#include "integration/call_digits.h"
#include "pipeline/run_directory.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

// A copy of the run from CTest's fixture. Empty when there is none.
std::unique_ptr<TinyRun> shared_run() {
  const char* variable = std::getenv("DIGITS_TINY_RUN");
  if (variable == nullptr) return nullptr;
  const fs::path shared = variable;
  auto run = std::make_unique<TinyRun>();
  run->process = {std::stoi(read_file(shared / "status")), read_file(shared / "out"),
                  read_file(shared / "err")};
  if (run->process.status == 0) fs::copy(shared / "run", run->path(), fs::copy_options::recursive);
  return run;
}

std::unique_ptr<TinyRun> own_run() {
  auto run = std::make_unique<TinyRun>();
  run->process = run_digits({"run", "--config", "data/fixtures/tiny.toml", "--out", run->path()});
  return run;
}

}  // namespace

const TinyRun& tiny_run() {
  static std::unique_ptr<TinyRun> run;
  // No command may have run before, which registers the extras.
  if (run == nullptr) register_all_extras();
  if (run == nullptr) run = shared_run();
  if (run == nullptr) run = own_run();
  return *run;
}

void copy_undecided_run(const std::filesystem::path& folder) {
  std::filesystem::copy(tiny_run().path(), folder, std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(folder / "package");
  const auto accuracy = Json::parse(read_file(folder / "evaluation.json")).at("accuracy");
  write_file(folder / "gates.toml",
             fmt::format("[[gate]]\nmetric = \"accuracy\"\nat_least = {}\nreason = \"why\"\n",
                         accuracy.at("value").get<double>()));
}

const EarlyBest& early_best() {
  static std::unique_ptr<EarlyBest> run;
  if (run != nullptr) return *run;
  run = std::make_unique<EarlyBest>();
  for (; run->seed < 20; ++run->seed) {
    int last_epoch = 0;
    call_digits({"train", "--config", "data/fixtures/tiny.toml", "--seed",
                 std::to_string(run->seed), "--out", run->path()});
    std::istringstream lines(read_file(run->path() / "history.jsonl"));
    run->best_accuracy = 0.0;
    for (std::string line; std::getline(lines, line);) {
      const auto record = Json::parse(line);
      last_epoch = record.at("epoch");
      const double accuracy = record.at("validation_accuracy").at("value");
      if (accuracy < run->best_accuracy) continue;
      run->best_accuracy = accuracy;
      run->best_epoch = last_epoch;
    }
    if (run->best_epoch < last_epoch) return *run;
  }
  throw std::runtime_error("no seed of 20 whose best epoch is not the last one");
}

std::string history_without_times(const std::filesystem::path& run) {
  std::istringstream lines(read_file(run / "history.jsonl"));
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    auto record = Json::parse(line);
    for (const char* key :
         {"seconds", "train_seconds", "wait_seconds", "images_per_second", "peak_memory_bytes"}) {
      EXPECT_EQ(record.erase(key), 1U) << key;
    }
    text += record.dump() + "\n";
  }
  return text;
}

std::string training_identity(const std::filesystem::path& run) {
  return history_without_times(run) + sha256(read_file(run / "checkpoint" / "best.safetensors"));
}

std::string identity(const std::filesystem::path& run) {
  std::string text = history_without_times(run);
  for (const auto& artifact : artifacts()) {
    if (artifact.name == "history.jsonl" || artifact.name == "report.html") continue;  // times
    text += artifact.name + " " + sha256(read_file(run / artifact.name)) + "\n";
  }
  return text;
}

}  // namespace digits
