#include "pipeline/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "data/dataset.h"
#include "data/finding.h"
#include "data/set_options.h"
#include "pipeline/parse_toml.h"
#include "pipeline/presets.h"

namespace digits {

namespace {

constexpr double kMillions = 1e7;  // of images: far more than memory holds

// The range of a number.
struct Range {
  double low = 0.0;
  double high = 0.0;
};

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
  visit("data", "fail_on", config.data.fail_on);
  visit("network", "crop_share", config.network.crop_share, {0, 1});
  visit("network", "patch", config.network.patch, {0, 8});
  visit("network", "blocks", config.network.blocks, {1, 4096});
  visit("train", "epochs", config.train.epochs, {1, 1e6});
  visit("train", "min_steps", config.train.min_steps, {0, 1e9});
  visit("train", "batch_size", config.train.batch_size, {1, 1e6});
  visit("train", "max_batch_share", config.train.max_batch_share, {0.001, 1});
  visit("train", "learning_rate", config.train.learning_rate, {0, 1e3});
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

std::string dotted(const std::string& table, const std::string& key) {
  return table.empty() ? key : table + "." + key;
}

// Reads one value if the document has it; the type of `value` is the expected type.
class Reader {
 public:
  Reader(const toml::table& root, std::string name) : root_(root), name_(std::move(name)) {}

  template <typename T>
  void operator()(const char* table, const char* key, T& value, Range = {}) {
    const auto path = dotted(table, key);
    known_.insert(path);
    if (*table != '\0') tables_.insert(table);
    const auto node = root_.at_path(path);
    if (!node) {
      missing_.push_back(path);
      return;
    }
    if (get(node, value)) return;
    throw Error(
        "config.type",
        fmt::format("{}: {} is of type {}, expected {}", name_, path, type_name(node), want(value)),
        "see configs/fast.toml for every key and its type");
  }

  // Throws for the first key of the document that no visit has read.
  void check_known(const toml::table& table, const std::string& prefix) const {
    for (const auto& [key, node] : table) {
      const auto path = dotted(prefix, std::string(key.str()));
      if (tables_.count(path) > 0 && !node.is_table()) {
        throw Error("config.type", fmt::format("{}: {} is a value, expected a table", name_, path),
                    fmt::format("write [{}] and the keys below it", path));
      }
      if (known_.count(path) + tables_.count(path) == 0) {
        throw Error("config.unknown_key",
                    fmt::format("{}: unknown key {}, expected one of those in configs/fast.toml",
                                name_, path),
                    "check the spelling and the [table] of the key");
      }
      if (const auto* inner = node.as_table()) check_known(*inner, path);
    }
  }

  const std::vector<std::string>& missing() const { return missing_; }

 private:
  using Node = toml::node_view<const toml::node>;

  static bool get(const Node& node, std::string& value) {
    if (!node.is_string()) return false;
    value = node.ref<std::string>();
    return true;
  }
  static bool get(const Node& node, bool& value) {
    if (!node.is_boolean()) return false;
    value = node.ref<bool>();
    return true;
  }
  static bool get(const Node& node, std::int64_t& value) {
    if (!node.is_integer()) return false;
    value = node.ref<std::int64_t>();
    return true;
  }
  static bool get(const Node& node, double& value) {  // accepts 1 for 1.0
    const auto number = node.value<double>();
    value = number.value_or(value);
    return number.has_value() && node.is_number();
  }
  static bool get(const Node& node, std::vector<std::vector<std::int64_t>>& value) {
    const auto* rows = node.as_array();
    if (rows == nullptr) return false;
    value.clear();
    for (const auto& row : *rows) {
      const auto* numbers = row.as_array();
      if (numbers == nullptr || !numbers->is_homogeneous(toml::node_type::integer))
        return false;  // nor empty
      value.emplace_back();
      for (const auto& item : *numbers) value.back().push_back(item.ref<std::int64_t>());
    }
    return !value.empty();
  }

  static std::string type_name(const Node& node) {
    std::ostringstream text;
    text << node.type();
    return text.str();
  }
  static const char* want(const std::string&) { return "a string"; }
  static const char* want(const bool&) { return "true or false"; }
  static const char* want(const std::int64_t&) { return "an integer"; }
  static const char* want(const double&) { return "a number"; }
  static const char* want(const std::vector<std::vector<std::int64_t>>&) {
    return "an array of arrays of integers";
  }

  const toml::table& root_;
  std::string name_;
  std::set<std::string> known_;
  std::set<std::string> tables_;
  std::vector<std::string> missing_;
};

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
std::string toml_text(double value) {
  const auto text = fmt::format("{}", value);  // the shortest text that reads back equal
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}
std::string toml_text(const std::vector<std::vector<std::int64_t>>& rows) {
  return fmt::format("{}", rows);  // as fmt writes ranges: [[1], [2, 3]]
}

// The configuration from a table over `base`, and the keys that the table does not set.
std::pair<Config, std::vector<std::string>> read_table(const toml::table& root,
                                                       const std::string& name,
                                                       const Config& base) {
  Config config = base;
  Reader reader(root, name);
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
              "the file was edited or damaged: run again");
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
