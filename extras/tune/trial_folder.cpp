#include "tune/trial_folder.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "base/error.h"
#include "base/file_lock.h"
#include "base/files.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr const char* kSearchSchema = "digits.search/1";
constexpr const char* kTrialSchema = "digits.trial/1";
constexpr const char* kHint = "repeat the earlier options, or choose another --out";

fs::path search_file(const fs::path& path) { return path / "search.json"; }

[[noreturn]] void throw_changed(const fs::path& path, const std::string& what) {
  throw Error("config.changed", fmt::format("{}: {}", path.string(), what), kHint);
}

Descriptor lock_folder(const fs::path& path) {
  const auto file = path / ".lock";
  Descriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (lock.get() < 0) throw write_error(file, errno);
  if (try_lock(lock, file)) return lock;
  throw Error("output.busy", fmt::format("{}: another process works on this search", path.string()),
              "wait until it has ended, or stop it first");
}

void require_same_config(const Config& config, const std::string& before, const fs::path& path) {
  const auto name = path.string();
  try {
    require_same(config, parse_config(before, name, Config()), name);
  } catch (const Error& error) {
    throw Error(error.code(), error.what(), kHint);
  }
}

void require_same_search(const fs::path& path, const SearchIdentity& identity) {
  const auto file = search_file(path);
  const auto before = read_json(file, kSearchSchema, "input");
  const auto text = [&](const char* key) { return json_at<std::string>(before, key, "input"); };
  if (text("/command") != identity.command) {
    throw_changed(path, fmt::format("is of digits {}, expected a folder of digits {}",
                                    text("/command"), identity.command));
  }
  if (text("/data") != identity.data) {
    throw Error(
        "data.changed",
        fmt::format("{}: training set with fingerprint {}, expected {} as in the earlier "
                    "trials",
                    path.string(), identity.data.substr(0, 12), text("/data").substr(0, 12)),
        kHint);
  }
  auto config = identity.base;
  config.data.source = parse_config(text("/config"), file.string(), Config()).data.source;  // moved
  require_same_config(config, text("/config"), path);
  if (text("/choices") != identity.choices) {
    throw_changed(path, fmt::format("searches [{}], expected [{}] as in the earlier trials",
                                    identity.choices, text("/choices")));
  }
}

Descriptor open_folder(const fs::path& path, const SearchIdentity& identity) {
  const auto exists = [&] { return kind_of(search_file(path)) != PathKind::kMissing; };
  if (!exists() && (kind_of(path) != PathKind::kFolder || !list_names(path).empty())) {
    require_new(path);
  }
  make_directories(path / "trials");
  auto lock = lock_folder(path);
  if (exists()) {  // perhaps by another process, a moment ago
    require_same_search(path, identity);
    remove_leftovers(path / "trials");
  } else {
    write_json(search_file(path), with_schema(kSearchSchema, {{"command", identity.command},
                                                              {"data", identity.data},
                                                              {"config", to_toml(identity.base)},
                                                              {"choices", identity.choices}}));
  }
  return lock;
}

Json channel_json(const Trial& trial) {
  return trial.without_channel ? Json(*trial.without_channel) : Json();
}

}  // namespace

TrialFolder::TrialFolder(const fs::path& path, const SearchIdentity& identity)
    : path_(path), lock_(open_folder(path, identity)) {}

std::optional<TrialResult> TrialFolder::find(const Trial& trial) const {
  const auto file = file_of(trial);
  if (kind_of(file) == PathKind::kMissing) return std::nullopt;
  const auto json = read_json(file, kTrialSchema, "input");
  auto config = trial.config;
  const auto before = json_at<std::string>(json, "/config", "input");
  config.data.source = parse_config(before, file.string(), Config()).data.source;
  require_same_config(config, before, file);
  if (json_at<Json>(json, "/without_channel", "input") != channel_json(trial)) {
    throw_changed(file, fmt::format("holds another trial, expected {}", changes_text(trial)));
  }
  return json_at<TrialResult>(json, "/result", "input");
}

void TrialFolder::save(const Trial& trial, const TrialResult& result) const {
  write_json(file_of(trial), with_schema(kTrialSchema, {{"changes", trial.changes},
                                                        {"without_channel", channel_json(trial)},
                                                        {"config", to_toml(trial.config)},
                                                        {"result", result}}));
}

fs::path TrialFolder::file_of(const Trial& trial) const {
  return path_ / "trials" / (trial.id + ".json");
}

}  // namespace digits
