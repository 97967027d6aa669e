#include "repository/model_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "base/error.h"
#include "base/file_lock.h"
#include "base/files.h"
#include "base/json.h"
#include "repository/manifest.h"
#include "repository/package_files.h"
#include "repository/triton_config.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr const char* kRepositoryFamily = "repository";
constexpr const char* kCurrent = "current.json";
constexpr const char* kCurrentSchema = "digits.current/1";
constexpr const char* kConfig = "config.pbtxt";
constexpr const char* kLock = ".lock";
constexpr int kMaxVersion = 1'000'000'000;  // so the next number always fits

bool is_model(const fs::path& folder) { return kind_of(folder / kCurrent) == PathKind::kFile; }

template <typename T>
bool contains(const std::vector<T>& values, const T& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

int version_number(const std::string& name) {
  int number = 0;
  const char* const end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, number);
  const bool is_version = error == std::errc() && stop == end && name.front() != '0';
  return is_version && number > 0 && number <= kMaxVersion ? number : 0;
}

bool is_model_name(const std::string& name) { return is_plain_name(name, 64); }

ModelFolder::ModelFolder(const fs::path& repository, const std::string& name)
    : path_(repository / name), name_(name) {
  if (is_model_name(name)) return;
  throw Error(
      "repository.name",
      fmt::format("model \"{}\", expected letters, numbers, '.', '_' and '-', at most 64", name),
      "name the model by --name: it becomes a folder's name");
}

fs::path ModelFolder::path_of(int version) const { return path_ / std::to_string(version); }

std::vector<int> ModelFolder::versions() const {
  std::vector<int> numbers;
  if (kind_of(path_) != PathKind::kFolder) return numbers;
  for (const auto& path : list_folder(path_)) {
    const int number = version_number(path.filename().string());
    if (number > 0 && kind_of(path) == PathKind::kFolder) numbers.push_back(number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

int ModelFolder::current() const { return require_state().current; }

std::optional<int> ModelFolder::previous() const { return previous_of(require_state()); }

bool ModelFolder::lost_current() const {
  const auto all = versions();
  return !is_model(path_) && std::any_of(all.begin(), all.end(), [&](int version) {
    return kind_of(path_of(version) / kManifestFile) == PathKind::kFile;
  });
}

int ModelFolder::add(const Schema& schema, const std::function<void(const fs::path&)>& write) {
  make_directories(path_);
  const FileLock lock(path_ / kLock);
  remove_leftovers(path_);  // no other process writes here while the lock is held
  auto state =
      lost_current() ? require_state() : read_state().value_or(State{schema, 0, {}, highest(0)});
  if (state.schema != schema) {
    throw Error("repository.mismatch",
                fmt::format("{}: images of {}x{}x{} and {} classes, or other class names, expected "
                            "the {}x{}x{} and {} of its versions",
                            path_.string(), schema.rows, schema.cols, schema.channels,
                            schema.classes(), state.schema.rows, state.schema.cols,
                            state.schema.channels, state.schema.classes()),
                "another kind of data needs another model: choose a new --name");
  }
  config_for(state);  // throws before any change
  const int version = ++state.last;
  write(path_of(version));
  if (state.current == 0) state.current = version;
  write_state(state);
  return version;
}

int ModelFolder::highest(int last) const {
  const auto present = versions();
  return present.empty() ? last : std::max(last, present.back());
}

void ModelFolder::promote(int version) {
  if (lost_current()) restore(version);
  change([&](State& state) {
    require_whole(version);
    if (version == state.current) return;
    state.history.push_back(state.current);
    state.current = version;
  });
}

// Makes `version` current, without a history.
void ModelFolder::restore(int version) const {
  require_whole(version);
  const FileLock lock(path_ / kLock);
  if (!lost_current()) return;  // another process was faster
  const auto manifest = parse_manifest(read_file(path_of(version) / kManifestFile));
  write_state(
      {json_at<Schema>(manifest, "/data", kRepositoryFamily), version, {}, highest(version)});
}

int ModelFolder::rollback() {
  int version = 0;
  change([&](State& state) {
    const auto previous = previous_of(state);
    if (!previous) {
      throw Error(
          "repository.missing",
          fmt::format("{}: no version to go back to from {}", path_.string(), state.current),
          "rollback needs an earlier current version; promote a version instead");
    }
    version = *previous;
    require_whole(version);
    while (state.history.back() != version) state.history.pop_back();
    state.history.pop_back();
    state.current = version;
  });
  return version;
}

std::vector<int> ModelFolder::prune(int keep) {
  std::vector<int> removed;
  change([&](State& state) {
    const auto all = versions();
    const auto previous = previous_of(state);
    const auto old = all.size() - std::min(all.size(), static_cast<std::size_t>(std::max(keep, 0)));
    for (std::size_t i = 0; i < old; ++i) {
      if (all[i] != state.current && all[i] != previous) removed.push_back(all[i]);
    }
    auto& history = state.history;
    history.erase(std::remove_if(history.begin(), history.end(),
                                 [&](int version) { return contains(removed, version); }),
                  history.end());
    for (const int version : removed) remove_folder(path_of(version));
  });
  return removed;
}

std::optional<int> ModelFolder::previous_of(const State& state) const {
  const auto present = versions();
  const auto found = std::find_if(state.history.rbegin(), state.history.rend(), [&](int version) {
    return version != state.current && contains(present, version);
  });
  return found == state.history.rend() ? std::nullopt : std::optional<int>(*found);
}

void ModelFolder::require_whole(int version) const {
  if (!contains(versions(), version)) {
    throw Error("repository.missing",
                fmt::format("{}: no version {}, expected one of: {}", path_.string(), version,
                            fmt::join(versions(), ", ")),
                "digits models lists them");
  }
  read_verified(path_of(version));
}

std::optional<ModelFolder::State> ModelFolder::read_state() const {
  if (!is_model(path_)) return std::nullopt;
  const auto json = read_json(path_ / kCurrent, kCurrentSchema, kRepositoryFamily);
  State state{json_at<Schema>(json, "/data", kRepositoryFamily),
              json_at<int>(json, "/version", kRepositoryFamily),
              json_at<std::vector<int>>(json, "/history", kRepositoryFamily),
              json_at<int>(json, "/last", kRepositoryFamily)};
  if (state.current < 1 || state.last < state.current || state.last > kMaxVersion) {
    throw_malformed(kRepositoryFamily,
                    fmt::format("{}: version {}, last {}, expected 1 <= version <= last",
                                (path_ / kCurrent).string(), state.current, state.last));
  }
  // A process that adds a version may be killed before it records the number.
  state.last = highest(state.last);
  return state;
}

ModelFolder::State ModelFolder::require_state() const {
  if (auto state = read_state()) return *state;
  if (lost_current()) {
    throw Error("repository.malformed",
                fmt::format("{}: no {}, expected one beside its versions {}", path_.string(),
                            kCurrent, fmt::join(versions(), ", ")),
                fmt::format("digits models promote {} VERSION makes one current", name_));
  }
  throw Error("repository.missing",
              fmt::format("{}: no model of this name, expected {} in it", path_.string(), kCurrent),
              "digits package RUN adds a model; digits models lists all models");
}

std::string ModelFolder::config_for(const State& state) const {
  const auto config = path_ / kConfig;
  const auto before = kind_of(config) == PathKind::kFile ? read_file(config) : std::string();
  return before.empty() ? triton_config(name_, state.schema, state.current)
                        : with_served_version(before, state.current);
}

// Writes the configuration first: if the process is killed between the two writes, the command has
// no effect yet, and a repeated command, also a rollback, does the same.
void ModelFolder::write_state(const State& state) const {
  const auto config = path_ / kConfig;
  const auto text = config_for(state);
  const bool same = kind_of(config) == PathKind::kFile && read_file(config) == text;
  if (!same) write_file(config, text);  // Triton may reload a written file
  write_json(path_ / kCurrent, with_schema(kCurrentSchema, Json{{"version", state.current},
                                                                {"history", state.history},
                                                                {"last", state.last},
                                                                {"data", state.schema}}));
}

void ModelFolder::change(const std::function<void(State&)>& change) const {
  require_state();  // creates no lock file for a mistyped name
  const FileLock lock(path_ / kLock);
  auto state = require_state();
  config_for(state);  // throws before any change
  change(state);
  write_state(state);
}

std::vector<ModelFolder> models_in(const fs::path& repository) {
  if (kind_of(repository) != PathKind::kFolder) {
    throw Error("repository.missing", fmt::format("{}: no such folder", repository.string()),
                "name the repository by --repository; digits package RUN makes one");
  }
  std::vector<ModelFolder> models;
  for (const auto& path : list_folder(repository)) {
    const auto name = path.filename().string();
    if (!is_model_name(name)) continue;
    ModelFolder model(repository, name);
    if (is_model(path) || model.lost_current()) models.push_back(std::move(model));
  }
  return models;
}

fs::path package_folder(const fs::path& path) {
  if (!is_model(path)) return path;
  const auto json = read_json(path / kCurrent, kCurrentSchema, kRepositoryFamily);
  return path / std::to_string(json_at<int>(json, "/version", kRepositoryFamily));
}

}  // namespace digits
