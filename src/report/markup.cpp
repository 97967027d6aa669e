#include "report/markup.h"

#include <algorithm>

#include "base/printable.h"

namespace digits {

namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

bool starts_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

}  // namespace

std::string escape(std::string_view text) {
  const auto valid = valid_utf8(text);
  std::string out;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto c = static_cast<unsigned char>(valid[i]);
    const bool control = c < 0x20 && c != '\t' && c != '\n' && c != '\r';
    const bool no_character = valid.compare(i, 3, "\xEF\xBF\xBE") == 0 ||  //
                              valid.compare(i, 3, "\xEF\xBF\xBF") == 0;
    if (control || no_character) {
      out += kReplacement;
      i += no_character ? 2 : 0;
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else {
      out += valid[i];
    }
  }
  return out;
}

std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

std::string shortened(std::string_view text, std::size_t length) {
  if (length_of(text) <= length) return std::string(text);
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if (starts_character(text[end]) && seen++ == length - 1) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

const char* name_of(Verdict verdict) {
  constexpr const char* kNames[] = {"", "pass", "warning", "fail"};
  return kNames[static_cast<int>(verdict)];
}

}  // namespace digits
