#include "tune/ablation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "pipeline/parse_toml.h"

namespace digits {

namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The augmentations whose strength is not 0.
std::vector<std::string> active_augmentations(const Config& base) {
  std::vector<std::string> names;
  const auto config = parse_toml(to_toml(base), "the configuration");
  for (const auto& [key, node] : *config["augment"].as_table()) {
    if (key == "smoothness") continue;  // of the elastic distortion: has no effect alone
    if (node.value<double>().value_or(0.0) != 0.0) names.emplace_back(key.str());
  }
  return names;
}

[[noreturn]] void throw_changes(const std::string& name, const std::string& seen) {
  throw Error(
      "config.changes",
      fmt::format("{}: {}, expected lines such as \"no shift|augment.shift = 0.0\"", name, seen),
      "write a name, a bar, and assignments separated by semicolons");
}

NamedChange parse_change(const std::string& line, const std::string& name) {
  const auto bar = line.find('|');
  NamedChange change{trimmed(line.substr(0, bar))};
  std::istringstream parts(bar == std::string::npos ? "" : line.substr(bar + 1));
  for (std::string part; std::getline(parts, part, ';');) {
    if (!trimmed(part).empty()) change.changes.push_back(trimmed(part));
  }
  if (change.name.empty() || change.changes.empty()) {
    throw_changes(name, fmt::format("the line \"{}\"", line));
  }
  return change;
}

}  // namespace

std::vector<NamedChange> default_changes(const Config& base, int channels) {
  std::vector<NamedChange> changes;
  Assignments all;
  for (const auto& name : active_augmentations(base)) {
    all.push_back(fmt::format("augment.{} = 0.0", name));
    changes.push_back({"no " + name, {all.back()}});
  }
  if (all.size() > 1) changes.push_back({"no augmentation", all});
  for (int channel = 0; channels > 1 && channel < channels; ++channel) {
    changes.push_back({fmt::format("without channel {}", channel + 1), {}, channel});
  }
  return changes;
}

std::vector<NamedChange> parse_changes(const std::string& text, const std::string& name) {
  std::vector<NamedChange> changes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    if (line.empty() || line[0] == '#') continue;
    auto change = parse_change(line, name);
    const bool taken = std::any_of(changes.begin(), changes.end(), [&](const NamedChange& other) {
      return other.name == change.name;
    });
    if (taken) throw_changes(name, fmt::format("the name \"{}\" twice", change.name));
    changes.push_back(std::move(change));
  }
  if (changes.empty()) throw_changes(name, "0 changes");
  return changes;
}

std::vector<Trial> ablation_trials(const Config& base, const std::vector<NamedChange>& changes,
                                   int seeds) {
  std::vector<NamedChange> rows{{"base"}};
  rows.insert(rows.end(), changes.begin(), changes.end());
  std::vector<Trial> trials;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (int i = 0; i < seeds; ++i) {
      auto config = with_changes(base, rows[row].changes, rows[row].name);
      config.seed += i;
      trials.push_back({fmt::format("{:03}-seed{}", row, config.seed), rows[row].changes,
                        rows[row].without_channel, config});
    }
  }
  return trials;
}

std::string to_text(const std::vector<NamedChange>& changes) {
  std::vector<std::string> lines;
  lines.reserve(changes.size());
  for (const auto& change : changes) {
    lines.push_back(fmt::format("{}|{}", change.name, fmt::join(change.changes, "; ")));
  }
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace digits
