#include "pipeline/run_directory.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <sstream>

#include "base/error.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/registry.h"
#include "inference/package_file.h"
#include "repository/manifest.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr const char* kConfig = "config.toml";
constexpr const char* kGates = "gates.toml";
constexpr const char* kData = "data.json";
constexpr const char* kNumerics = "numerics.json";
constexpr const char* kProfile = "profile.json";
constexpr const char* kHistory = "history.jsonl";
constexpr const char* kChecks = "checks.json";
constexpr const char* kFigures = "figures";

constexpr const char* kFamily = "input";  // of the errors about files that earlier stages wrote

constexpr const char* kEvaluationSchema = "digits.evaluation/1";
constexpr const char* kChecksSchema = "digits.checks/2";

}  // namespace

std::vector<Artifact> artifacts() {
  std::vector<Artifact> all{
      {kConfig, "", 200},
      {kGates, "", 50},
      {kNumerics, kNumericsSchema, 200},
      {kProfile, kProfileSchema, 2000},
      {kData, kDataSchema, 300},
      {kHistory, "", 100},
      {"checkpoint/best.safetensors", "", 1000},
      {"augmentation.png", "", 200},
      {"evaluation.json", kEvaluationSchema, 500},
      {kChecks, kChecksSchema, 100},
      {"figures/loss.svg", "", 1000},
      {"figures/accuracy.svg", "", 1000},
      {"figures/confusion.svg", "", 2000},
      {"figures/roc.svg", "", 1000},
      {"figures/precision_recall.svg", "", 1000},
      {"figures/reliability.svg", "", 1000},
      {"figures/slices.svg", "", 1000},
      {"report.html", "", 20000},
      {"package/model.pt", "", 1000},
      {"package/model.safetensors", "", 1000},
      {"package/golden.safetensors", "", 1000},
      {"package/manifest.json", kManifestSchema, 500},
      {"package/profile.json", kProfileSchema, 2000},
      {"package/README.md", "", 1000},
      {"package/SHA256SUMS", "", 400},
  };
  for (const auto& file : registered<PackageFile>())
    all.push_back({"package/" + file.name, "", 1000});
  return all;
}

RunDirectory RunDirectory::create(const fs::path& path) {
  require_new(path);
  make_directories(path);
  remove_leftovers(path);
  return RunDirectory(path);
}

RunDirectory RunDirectory::open(const fs::path& path) {
  if (!exists(path)) {
    throw Error("input.missing", fmt::format("{}: no {} in it", path.string(), kConfig),
                "name a folder that `digits run` or `digits train` has written");
  }
  return RunDirectory(path);
}

bool RunDirectory::exists(const fs::path& path) {
  return kind_of(path / kConfig) == PathKind::kFile;
}

Descriptor RunDirectory::lock() const {
  const auto path = path_ / kConfig;                  // is never rewritten
  int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);  // writable: NFS requires it to lock
  if (fd < 0) fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  Descriptor file(fd);
  if (file.get() < 0) throw write_error(path, errno);
  if (try_lock(file, path)) return file;
  throw Error("output.busy", fmt::format("{}: another process works on this run", path_.string()),
              "wait until it has ended, or stop it first");
}

fs::path RunDirectory::default_path(std::int64_t seed) {
  const auto now = std::chrono::system_clock::now();
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  return fs::path("runs") / fmt::format("{:%Y%m%d-%H%M%S}-{:03}-seed{}",
                                        fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                                        ms.count() % 1000, seed);
}

std::string RunDirectory::name() const {
  const auto whole = (fs::absolute(path_) / "").lexically_normal();  // ends with a slash
  return whole.parent_path().filename().string();
}

void RunDirectory::write_config(const Config& config) const {
  write_file(path_ / kConfig, to_toml(config));
}

void RunDirectory::write_gates(const std::string& toml) const { write_file(path_ / kGates, toml); }

void RunDirectory::write_numerics(const Json& content) const {
  write_json(path_ / kNumerics, with_schema(kNumericsSchema, content));
}

void RunDirectory::write_data(const Json& content) const {
  write_json(path_ / kData, with_schema(kDataSchema, content));
}

void RunDirectory::write_profile(const Profile& profile) const {
  write_json(path_ / kProfile, with_schema(kProfileSchema, profile));
}

void RunDirectory::write_history(const std::vector<EpochRecord>& history) const {
  std::string lines;
  for (const auto& record : history) lines += Json(record).dump() + "\n";
  write_file(path_ / kHistory, lines);
}

void RunDirectory::write_evaluation(const Json& content) const {
  write_json(evaluation(), with_schema(kEvaluationSchema, content));
}

void RunDirectory::write_checks(const Json& content) const {
  write_json(path_ / kChecks, with_schema(kChecksSchema, content));
}

void RunDirectory::write_figure(const std::string& name, const std::string& svg) const {
  make_directories(path_ / kFigures);
  write_file(path_ / kFigures / (name + ".svg"), svg);
}

void RunDirectory::write_report(const std::string& html) const { write_file(report(), html); }

bool RunDirectory::has_data() const { return kind_of(path_ / kData) == PathKind::kFile; }

Config RunDirectory::read_config() const { return load_complete_config(path_ / kConfig); }

Json RunDirectory::read_numerics() const {
  return read_json(path_ / kNumerics, kNumericsSchema, kFamily);
}

Json RunDirectory::read_data() const { return read_json(path_ / kData, kDataSchema, kFamily); }

std::string RunDirectory::fingerprint_of(const std::string& part) const {
  return json_at<std::string>(read_data(), "/" + part + "/fingerprint", kFamily);
}

std::size_t RunDirectory::own_validation() const {
  return json_at<std::size_t>(read_data(), "/train/validation", kFamily);
}

std::vector<Baseline> RunDirectory::read_baselines() const {
  return json_at<std::vector<Baseline>>(read_data(), "/baselines", kFamily);
}

bool RunDirectory::has_history() const { return kind_of(path_ / kHistory) == PathKind::kFile; }

std::vector<EpochRecord> RunDirectory::read_history() const {
  std::vector<EpochRecord> history;
  std::istringstream lines(read_file(path_ / kHistory));
  for (std::string line; std::getline(lines, line);) {
    history.push_back(
        json_at<EpochRecord>(parse_json(line, path_ / kHistory, kFamily), "", kFamily));
  }
  return history;
}

std::vector<GateRule> RunDirectory::read_gates() const {
  return parse_gates(read_file(path_ / kGates), read_config().preset, path_ / kGates);
}

Json RunDirectory::read_evaluation() const {
  if (kind_of(evaluation()) == PathKind::kMissing) {
    throw Error("input.missing", fmt::format("{}: no evaluation.json in it", path_.string()),
                fmt::format("measure the model first: digits evaluate {}", path_.string()));
  }
  return read_json(evaluation(), kEvaluationSchema, kFamily);
}

Profile RunDirectory::read_profile(const Schema& schema) const {
  return parse_profile(read_json(path_ / kProfile, kProfileSchema, kFamily), schema, kFamily);
}

}  // namespace digits
