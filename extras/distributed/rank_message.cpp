#include "distributed/rank_message.h"

#include <fmt/format.h>

#include "base/json.h"

namespace digits {

std::string format_error(const Error& error, int rank) {
  return to_text(Json{{"code", error.code()},
                      {"message", fmt::format("rank {}: {}", rank, error.what())},
                      {"hint", error.hint()}},
                 -1);
}

Error parse_error(const std::string& text) {
  const auto json = parse_json(text, "the message of another rank", "distributed");
  const auto field = [&](const char* name) {
    return json_at<std::string>(json, name, "distributed");
  };
  return {field("/code"), field("/message"), field("/hint")};
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string in_seconds(std::chrono::milliseconds time) {
  return fmt::format("{:.0f} s", std::chrono::duration<double>(time).count());
}

}  // namespace digits
