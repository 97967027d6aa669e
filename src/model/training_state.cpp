#include "model/training_state.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <system_error>

#include "base/error.h"
#include "base/files.h"
#include "base/log.h"

namespace digits {

namespace fs = std::filesystem;

namespace {

constexpr const char* kStateKey = "digits.training_state/1";
constexpr const char* kPrefix = "step-";
constexpr const char* kExtension = ".safetensors";

}  // namespace

std::string format_state(const TrainingState& state) {
  Json json{{"step", state.step},
            {"loss_sum", state.loss_sum},
            {"gradient_norm_sum", state.gradient_norm_sum},
            {"epoch", state.epoch},
            {"history", state.history}};  // a double's text reads back equal
  if (state.ranks > 1) json["ranks"] = state.ranks;
  return format_sealed(
      state.tensors,
      {{kStateKey, json.dump()}, {"config", state.config}, {"versions", state.versions}});
}

TrainingState parse_state(const std::string& bytes, const std::string& name) {
  TrainingState state;
  Metadata metadata;
  state.tensors = parse_sealed(bytes, name, kCheckpointFamily, metadata);
  const auto json = parse_json(metadata[kStateKey], name, kCheckpointFamily);
  state.config = metadata["config"];
  state.versions = metadata["versions"];
  state.step = json_at<std::size_t>(json, "/step", kCheckpointFamily);
  state.loss_sum = json_at<double>(json, "/loss_sum", kCheckpointFamily);
  state.gradient_norm_sum = json_at<double>(json, "/gradient_norm_sum", kCheckpointFamily);
  state.epoch = json_at<EpochRecord>(json, "/epoch", kCheckpointFamily);
  state.history = json_at<std::vector<EpochRecord>>(json, "/history", kCheckpointFamily);
  if (json.contains("ranks")) state.ranks = json_at<int>(json, "/ranks", kCheckpointFamily);
  return state;
}

void StateFolder::save(const TrainingState& state) {
  const auto path = folder_ / fmt::format("{}{:08}{}", kPrefix, state.step, kExtension);
  write_file(path, format_state(state));
  if (path == last_) return;
  for (const auto& other : paths()) {
    std::error_code ignored;  // a state that cannot be removed does no harm
    if (other != path && other != last_) fs::remove(other, ignored);
  }
  last_ = path;
}

std::optional<TrainingState> StateFolder::load_newest() {
  if (kind_of(folder_) == PathKind::kMissing) return std::nullopt;
  const auto all = paths();
  for (auto path = all.rbegin(); path != all.rend(); ++path) {
    try {
      auto state = parse_state(read_file(*path), path->string());
      last_ = *path;
      return state;
    } catch (const Error& error) {
      log_warning(fmt::format("{}: {}", error.code(), error.what()));
    }
  }
  if (all.empty()) return std::nullopt;
  throw Error("checkpoint.damaged",
              fmt::format("{}: {} training states, expected one that is not damaged",
                          folder_.string(), all.size()),
              "train again, into a new folder, with the run's config.toml");
}

std::vector<fs::path> StateFolder::paths() const {
  std::vector<fs::path> found;  // list_folder sorts by name, and so by step
  for (const auto& path : list_folder(folder_)) {
    const auto name = path.filename().string();
    if (name.rfind(kPrefix, 0) == 0 && path.extension() == kExtension) found.push_back(path);
  }
  return found;
}

}  // namespace digits
