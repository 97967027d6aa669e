// Reads configuration values from a TOML document, and rejects keys that no value has.
#pragma once

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstdint>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace digits {

// The range of a number.
struct Range {
  double low = 0.0;
  double high = 0.0;
};

inline std::string dotted(const std::string& table, const std::string& key) {
  return table.empty() ? key : table + "." + key;
}

// Reads one value if the document has it; the type of `value` is the expected type.
class ConfigReader {
 public:
  ConfigReader(const toml::table& root, std::string name) : root_(root), name_(std::move(name)) {}

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
    return number.has_value();
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

}  // namespace digits
