#include "base/printable.h"

#include <algorithm>
#include <cctype>
#include <cstring>

#include "base/json.h"

namespace digits {

namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7F; }

// U+0080 to U+009F, in UTF-8 two bytes: some terminals read them as ESC and a letter.
bool is_late_control(const std::string& text, std::size_t i) {
  return text[i] == '\xC2' && static_cast<unsigned char>(text[i + 1]) < 0xA0;
}

}  // namespace

std::string lower_case(std::string text) {
  for (auto& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string valid_utf8(std::string_view text) {
  // JSON's writer replaces what is not UTF-8.
  return Json::parse(to_text(Json(std::string(text)), -1)).get<std::string>();
}

std::string printable(std::string_view text) {
  const auto valid = valid_utf8(text);
  std::string out;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const char c = valid[i];
    if (c == '\n' || c == '\t' || c == '\r') {
      out += ' ';
    } else if (is_control(static_cast<unsigned char>(c))) {
      out += kReplacement;
    } else if (is_late_control(valid, i)) {
      out += kReplacement;
      ++i;
    } else {
      out += c;
    }
  }
  return out;
}

std::string shell_word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::strchr("_-./+:,@%", c) != nullptr;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace digits
