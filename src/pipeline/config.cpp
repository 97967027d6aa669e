#include "pipeline/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>
#include <utility>

#include "base/date.h"
#include "base/error.h"
#include "base/files.h"
#include "base/printable.h"
#include "data/dataset.h"
#include "data/finding.h"
#include "data/set_options.h"
#include "pipeline/config_reader.h"
#include "pipeline/parse_toml.h"
#include "pipeline/presets.h"

namespace digits {

namespace {

constexpr double kMillions = 1e7;  // of images: far more than memory holds

// The one list of keys: reading, writing and the checks for unknown keys and invalid values all
// iterate over it.
template <typename ConfigType, typename Visitor>
void visit_keys(ConfigType& config, Visitor&& visit) {
  visit("", "preset", config.preset);
  visit("", "seed", config.seed, {0, 9e15});
  visit("", "threads", config.threads, {0, 1024});
  visit("", "device", config.device);
  visit("data", "source", config.data.source);
  visit("data", "classes", config.data.classes, {0, 256});
  visit("data", "synthetic_train", config.data.synthetic_train, {1, kMillions});
  visit("data", "synthetic_test", config.data.synthetic_test, {1, kMillions});
  visit("data", "synthetic_rows", config.data.synthetic_rows, {1, kMaxSide});
  visit("data", "synthetic_cols", config.data.synthetic_cols, {1, kMaxSide});
  visit("data", "validation_share", config.data.validation_share, {0, 1});
  visit("data", "test_share", config.data.test_share, {0, 1});
  visit("data", "first_label", config.data.first_label, {0, 255});
  visit("data", "invert", config.data.invert);
  visit("data", "transpose", config.data.transpose);
  visit("data", "size", config.data.size);
  visit("data", "date", config.data.date);
  visit("data", "private", config.data.is_private);
  visit("data", "fail_on", config.data.fail_on);
  visit("network", "crop_share", config.network.crop_share, {0, 1});
  visit("network", "patch", config.network.patch, {0, 8});
  visit("network", "blocks", config.network.blocks, {1, 4096});
  visit("train", "epochs", config.train.epochs, {1, 1e6});
  visit("train", "min_steps", config.train.min_steps, {0, 1e9});
  visit("train", "batch_size", config.train.batch_size, {1, 1e6});
  visit("train", "max_batch_share", config.train.max_batch_share, {0.001, 1});
  visit("train", "learning_rate", config.train.learning_rate, {1e-9, 1e3});
  visit("train", "weight_decay", config.train.weight_decay, {0, 1e3});
  visit("train", "label_smoothing", config.train.label_smoothing, {0, 0.99});
  visit("train", "average", config.train.average, {0, 0.99999});
  visit("train", "precision", config.train.precision);
  visit("train", "checkpoint_steps", config.train.checkpoint_steps, {0, 1e9});
  visit("train", "checkpoint_seconds", config.train.checkpoint_seconds, {0, 1e6});
  visit("augment", "rotation", config.augment.rotation, {0, 180});
  visit("augment", "shift", config.augment.shift, {0, kMaxSide});
  visit("augment", "scale", config.augment.scale, {0, 0.9});
  visit("augment", "shear", config.augment.shear, {0, 10});
  visit("augment", "elastic", config.augment.elastic, {0, kMaxSide});
  visit("augment", "smoothness", config.augment.smoothness, {0.1, kMaxSide});
  visit("augment", "blur", config.augment.blur, {0, 100});
  visit("augment", "noise", config.augment.noise, {0, 1});
  visit("augment", "erase", config.augment.erase, {0, 1});
  visit("augment", "contrast", config.augment.contrast, {0, 1});
  visit("augment", "brightness", config.augment.brightness, {0, 1});
  visit("augment", "outliers", config.augment.outliers, {0, 0.9});
  visit("evaluate", "images", config.evaluate.images, {1, kMillions});
  visit("evaluate", "digit_tests", config.evaluate.digit_tests);
  visit("gates", "file", config.gates_file);
  visit("gates", "undecided", config.gates_undecided);
}

// Throws for a number outside its range.
struct RangeCheck {
  const std::string& name;

  template <typename T>
  void operator()(const char* table, const char* key, const T& value, Range range) const {
    const auto number = static_cast<double>(value);
    if (number >= range.low && number <= range.high) return;  // NaN does not pass
    throw Error("config.value",
                fmt::format("{}: {} is {}, expected {} to {}", name, dotted(table, key), value,
                            range.low, range.high),
                "configs/fast.toml explains every key");
  }
  void operator()(const char* table, const char* key,
                  const std::vector<std::vector<std::int64_t>>& rows, Range range) const {
    for (const auto& row : rows) {
      for (const auto number : row) (*this)(table, key, number, range);
    }
  }
  void operator()(const char*, const char*, const std::string&) const {}
  void operator()(const char*, const char*, bool) const {}
};

std::string toml_text(const std::string& value) {
  std::ostringstream text;
  text << toml::value<std::string>(value);
  return text.str();
}
std::string toml_text(bool value) { return value ? "true" : "false"; }
std::string toml_text(std::int64_t value) { return fmt::format("{}", value); }
std::string toml_text(double value) { return toml_fraction(value); }
std::string toml_text(const std::vector<std::vector<std::int64_t>>& rows) {
  return fmt::format("{}", rows);  // as fmt writes ranges: [[1], [2, 3]]
}

// The configuration from a table over `base`, and the keys that the table does not set.
std::pair<Config, std::vector<std::string>> read_table(const toml::table& root,
                                                       const std::string& name,
                                                       const Config& base) {
  Config config = base;
  ConfigReader reader(root, name);
  visit_keys(config, reader);
  reader.check_known(root, "");
  const auto sets = [&](const char* path) { return bool(root.at_path(path)); };
  if (sets("train.epochs") && !sets("train.min_steps")) config.train.min_steps = 0;
  if (sets("train.batch_size") && !sets("train.max_batch_share"))
    config.train.max_batch_share = 1.0;
  check_values(config, name);
  return {config, reader.missing()};
}

}  // namespace

void check_values(const Config& config, const std::string& name) {
  visit_keys(config, RangeCheck{name});
  severity_of(config.data.fail_on);
  undecided_policy(config);
  parse_picture_size(config.data.size);
  if (config.data.date.empty() || days_since_1970(config.data.date)) return;
  throw Error("config.value",
              fmt::format("{}: data.date is \"{}\", expected a day such as 2026-01-31", name,
                          printable(config.data.date)),
              "give the day of the set's newest images, or leave it out");
}

Config preset_config(const std::string& name) {
  const auto found = presets().find(name);
  if (found == presets().end()) {
    std::vector<std::string> names;
    for (const auto& [known, text] : presets()) names.push_back(known);
    throw Error("config.preset",
                fmt::format("preset \"{}\", expected one of: {}", name, fmt::join(names, ", ")),
                "use --config FILE.toml for a configuration of your own");
  }
  return parse_config(found->second, "preset " + name, Config());
}

Config parse_config(const std::string& text, const std::string& name, const Config& base) {
  return read_table(parse_toml(text, name), name, base).first;
}

Config load_config(const std::filesystem::path& path, const Config& base) {
  const auto root = parse_toml(read_file(path), path.string());
  const auto preset = root["preset"].value<std::string>();
  return read_table(root, path.string(), preset ? preset_config(*preset) : base).first;
}

Config load_complete_config(const std::filesystem::path& path) {
  const auto [config, missing] =
      read_table(parse_toml(read_file(path), path.string()), path.string(), Config());
  if (missing.empty()) return config;
  throw Error("config.missing_key",
              fmt::format("{}: {} missing, expected every key", path.string(), missing.front()),
              "the file was edited or damaged, or is of an earlier version: run again");
}

void require_same(const Config& config, const Config& before, const std::string& name) {
  std::vector<std::pair<std::string, std::string>> values;
  visit_keys(before, [&](const std::string& table, const char* key, const auto& value, Range = {}) {
    values.emplace_back(dotted(table, key), toml_text(value));
  });
  std::vector<std::string> changes;
  auto was = values.begin();
  visit_keys(config, [&](const std::string&, const char*, const auto& value, Range = {}) {
    if (toml_text(value) != was->second && was->first != "threads") {
      changes.push_back(
          fmt::format("{} is {}, expected {}", was->first, toml_text(value), was->second));
    }
    ++was;
  });
  if (changes.empty()) return;
  throw Error("config.changed",
              fmt::format("{}: {}, as when the run started", name, fmt::join(changes, "; ")),
              "resume without further options, or train into a new folder");
}

Undecided undecided_policy(const Config& config) {
  if (config.gates_undecided == "warn") return Undecided::kWarn;
  if (config.gates_undecided == "fail") return Undecided::kFail;
  throw Error(
      "config.value",
      fmt::format("gates.undecided is \"{}\", expected warn or fail", config.gates_undecided),
      "fail refuses a model that has too few test images for its gates");
}

std::string to_toml(const Config& config) {
  std::string text;
  std::string current;
  visit_keys(config, [&](const std::string& table, const char* key, const auto& value, Range = {}) {
    if (table != current) text += fmt::format("\n[{}]\n", table);
    current = table;
    text += fmt::format("{} = {}\n", key, toml_text(value));
  });
  return text;
}

}  // namespace digits
