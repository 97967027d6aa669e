#include "inference/shard.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace digits {

namespace {

// Accepts only digits.
std::optional<std::size_t> parse_number(std::string_view text) {
  std::size_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [parsed, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || parsed != end) return std::nullopt;
  return number;
}

}  // namespace

Shard parse_shard(const std::string& text) {
  const std::string_view all = text;
  const auto slash = std::min(all.find('/'), all.size());
  const auto number = parse_number(all.substr(0, slash));
  const auto count = parse_number(all.substr(std::min(slash + 1, all.size())));
  if (number && count && *number >= 1 && *number <= *count) return {*number, *count};
  throw Error("usage.option", fmt::format("--shard \"{}\", expected I/N with I from 1 to N", text),
              "--shard 1/2 in one process and --shard 2/2 in another predict all inputs");
}

std::pair<std::size_t, std::size_t> items_of(const Shard& shard, std::size_t items) {
  const auto size = items / shard.count;
  const auto larger = items % shard.count;
  const auto begin = [&](std::size_t before) { return before * size + std::min(before, larger); };
  return {begin(shard.number - 1), begin(shard.number)};
}

}  // namespace digits
