#include "repository/triton_config.h"

#include <fmt/format.h>

#include <iterator>
#include <regex>

#include "base/error.h"

namespace digits {

namespace {

std::string policy(int version) {
  return fmt::format("version_policy: {{ specific: {{ versions: [{}] }} }}", version);
}

// `config` with comments and quoted text replaced by spaces: the remaining words and brackets are
// fields. Positions do not change.
std::string fields_of(std::string config) {
  char open = '\0';      // the first character of the comment or quotation to blank
  bool escaped = false;  // by a backslash in a quotation
  for (char& c : config) {
    if (open == '\0') {
      if (c == '#' || c == '"' || c == '\'') open = c;
    } else if (c == (open == '#' ? '\n' : open) && !escaped) {
      open = '\0';
    } else {
      escaped = c == '\\' && open != '#' && !escaped;
      c = ' ';
    }
  }
  return config;
}

// The position after the brace that closes the one at `begin`; npos if none does.
std::size_t end_of_braces(const std::string& fields, std::size_t begin) {
  int depth = 0;
  for (std::size_t i = begin; i < fields.size(); ++i) {
    if (fields[i] == '{') ++depth;
    if (fields[i] == '}' && --depth == 0) return i + 1;
  }
  return std::string::npos;
}

}  // namespace

std::string triton_config(const std::string& name, const Schema& schema, int version) {
  return fmt::format(
      "name: \"{}\"\n"
      "platform: \"pytorch_libtorch\"\n"
      "max_batch_size: 256\n"
      "{}\n"
      "input [\n  {{ name: \"images\", data_type: TYPE_FP32, dims: [{}, {}, {}] }}\n]\n"
      "output [\n  {{ name: \"logits__0\", data_type: TYPE_FP32, dims: [{}] }}\n]\n",
      name, policy(version), schema.channels, schema.rows, schema.cols, schema.classes());
}

std::string with_served_version(const std::string& config, int version) {
  static const std::regex kField(R"(\bversion_policy\b(\s*:?\s*\{)?)");
  const auto fields = fields_of(config);
  const std::sregex_iterator first(fields.begin(), fields.end(), kField);
  const std::sregex_iterator none;
  if (first == none) return config;
  const auto begin = static_cast<std::size_t>(first->position());
  const auto brace = begin + static_cast<std::size_t>(first->length()) - 1;
  const auto end = (*first)[1].matched ? end_of_braces(fields, brace) : std::string::npos;
  if (end == std::string::npos || std::next(first) != none) {
    throw Error(
        "repository.malformed",
        "config.pbtxt: its version_policy is ambiguous, expected one, in braces",
        fmt::format("write the line {}, or none for a policy of your own", policy(version)));
  }
  return config.substr(0, begin) + policy(version) + config.substr(end);
}

}  // namespace digits
