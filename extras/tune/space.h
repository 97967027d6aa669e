// Defines the space of a search and draws configurations from it. No Torch in this header.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tune/trial.h"

namespace digits {

// Drawn uniformly from [low, high], or with a uniform logarithm.
struct SearchRange {
  double low = 0.0;
  double high = 0.0;
  bool logarithmic = false;
  bool whole = false;  // integers, both ends included
};

// One key of the configuration, and its values.
struct Dimension {
  std::string key;                   // "train.learning_rate"
  std::vector<std::string> choices;  // TOML; empty if there is a range
  std::optional<SearchRange> range;
};

// The dimensions in the order of their keys.
using Space = std::vector<Dimension>;

// Reads a space from TOML. Each key is one of the configuration, as train.epochs or below [train].
// Its value is a list to choose from, or {low, high, scale = "linear" | "log"}; the range of an
// integer key has integers. Checks every value and bound with the configuration's own rules. Throws
// config.space for an empty space or list, a key of another table than network, train and augment,
// a key given twice, a value that is neither list nor range, an unknown key or scale of a range,
// low >= high, and a logarithmic range from 0 or less; and as parse_config. `name` is for messages.
Space parse_space(const std::string& text, const std::string& name, const Config& base);

// One value for each dimension: a function of space, seed and trial alone. Numbers of a range that
// are not whole have four significant digits, so that they are the same on every machine.
Assignments draw(const Space& space, std::uint64_t seed, std::uint64_t trial);

// The base configuration as trial 0, then `count` drawn ones, numbered from 1. Trial k does not
// depend on `count`. Their seed is base.seed.
std::vector<Trial> search_trials(const Space& space, const Config& base, int count);

// One line per dimension: the identity of a space, whatever the order and layout of its file.
std::string to_text(const Space& space);

}  // namespace digits
