#include "tune/space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "pipeline/parse_toml.h"

namespace digits {

namespace {

// Where a value stands, for messages and checks.
struct SpaceKey {
  std::string file;
  std::string key;
  const Config& base;
};

[[noreturn]] void throw_space(const SpaceKey& at, const std::string& seen, const char* expected) {
  throw Error("config.space",
              fmt::format("{}: {} {}, expected {}", at.file, at.key, seen, expected),
              "write a list, [0.01, 0.02], or a range, {low = 0.01, high = 0.1, scale = \"log\"}");
}

std::string toml_of(const toml::node& node) {
  if (const auto* list = node.as_array()) {
    std::vector<std::string> items;
    for (const auto& item : *list) items.push_back(toml_of(item));
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
  if (const auto* number = node.as_floating_point()) return toml_fraction(number->get());
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  return text.str();
}

void check_value(const SpaceKey& at, const std::string& value) {
  with_changes(at.base, {fmt::format("{} = {}", at.key, value)}, at.file);
}

bool is_whole_key(const SpaceKey& at) {
  try {
    check_value(at, "0.5");
  } catch (const Error& error) {
    return error.code() == "config.type";  // a fraction outside the key's range has another code
  }
  return false;
}

bool is_range(const toml::table& table) {
  return table.contains("low") || table.contains("high") || table.contains("scale");
}

void require_range_keys(const SpaceKey& at, const toml::table& table) {
  for (const auto& [key, node] : table) {
    if (key == "low" || key == "high" || key == "scale") continue;
    throw_space(at, fmt::format("has the key {}", std::string(key.str())), "low, high and scale");
  }
}

double bound_of(const SpaceKey& at, const toml::table& table, const char* name) {
  const auto* node = table.get(name);
  if (node == nullptr) throw_space(at, fmt::format("has no {}", name), "both low and high");
  check_value(at, toml_of(*node));
  const auto value = node->value<double>();
  if (!value) throw_space(at, fmt::format("has {} = {}", name, toml_of(*node)), "a number");
  return *value;
}

bool is_logarithmic(const SpaceKey& at, const toml::table& table) {
  const auto* node = table.get("scale");
  if (node == nullptr) return false;
  const auto scale = node->value<std::string>().value_or(toml_of(*node));
  if (scale == "log" || scale == "linear") return scale == "log";
  throw_space(at, fmt::format("has scale {}", scale), "\"log\" or \"linear\"");
}

SearchRange range_of(const SpaceKey& at, const toml::table& table) {
  require_range_keys(at, table);
  SearchRange range{bound_of(at, table, "low"), bound_of(at, table, "high")};
  range.logarithmic = is_logarithmic(at, table);
  range.whole = is_whole_key(at);
  if (range.low >= range.high) {
    throw_space(at, fmt::format("has low = {}, high = {}", range.low, range.high),
                "low below high");
  }
  if (range.logarithmic && range.low <= 0.0) {
    throw_space(at, fmt::format("has low = {}", range.low), "low above 0 for scale \"log\"");
  }
  return range;
}

std::vector<std::string> choices_of(const SpaceKey& at, const toml::array& list) {
  if (list.empty()) throw_space(at, "is an empty list", "at least one value");
  std::vector<std::string> choices;
  for (const auto& value : list) {
    choices.push_back(toml_of(value));
    check_value(at, choices.back());
  }
  return choices;
}

// Appends the dimensions below `table`, whose keys begin with `prefix`.
void collect(const toml::table& table, const SpaceKey& prefix, Space& space) {
  for (const auto& [name, node] : table) {
    const auto word = std::string(name.str());
    const SpaceKey at{prefix.file, prefix.key.empty() ? word : prefix.key + "." + word,
                      prefix.base};
    const auto* inner = node.as_table();
    if (const auto* list = node.as_array()) {
      space.push_back({at.key, choices_of(at, *list), std::nullopt});
    } else if (inner == nullptr) {
      throw_space(at, fmt::format("is {}", toml_of(node)), "a list or a range");
    } else if (is_range(*inner)) {
      space.push_back({at.key, {}, range_of(at, *inner)});
    } else {
      collect(*inner, at, space);
    }
  }
}

}  // namespace

Space parse_space(const std::string& text, const std::string& name, const Config& base) {
  const SpaceKey top{name, "", base};
  const auto table = parse_toml(text, name);
  Space space;
  collect(table, top, space);
  if (space.empty()) throw_space({name, "the space", base}, "has 0 keys", "at least one");
  std::sort(space.begin(), space.end(),
            [](const Dimension& a, const Dimension& b) { return a.key < b.key; });
  const auto twice =
      std::adjacent_find(space.begin(), space.end(),
                         [](const Dimension& a, const Dimension& b) { return a.key == b.key; });
  if (twice != space.end()) throw_space({name, twice->key, base}, "is given twice", "once");
  return space;
}

}  // namespace digits
