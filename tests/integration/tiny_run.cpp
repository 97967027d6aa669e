#include "integration/tiny_run.h"

#include <chrono>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "base/files.h"
#include "base/sha256.h"
#include "pipeline/run_directory.h"

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
