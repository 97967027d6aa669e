// Separates XML from text by type: unescaped text used as XML does not compile.
#pragma once

#include <string>
#include <string_view>

namespace digits {

// Well-formed content of an XML element, valid in HTML and SVG.
struct Markup {
  std::string text;
};

inline Markup& operator+=(Markup& left, const Markup& right) {
  left.text += right.text;
  return left;
}
inline Markup operator+(Markup left, const Markup& right) { return left += right; }

// `text` as the content of an element or of a quoted attribute. Characters that XML 1.0 does not
// allow (bytes that are not UTF-8, control characters, U+FFFE, U+FFFF) become U+FFFD.
std::string escape(std::string_view text);

// The first `length` characters; the last one is an ellipsis if the text was longer.
std::string shortened(std::string_view text, std::size_t length);

// The number of characters (code points) in UTF-8 text.
std::size_t length_of(std::string_view text);

// A verdict; the name of its class in the style sheets, "" for kNone.
enum class Verdict { kNone, kPass, kWarning, kFail };
const char* name_of(Verdict verdict);

// The style sheets chart.css and page.css, embedded at build time.
const std::string& chart_style();
const std::string& page_style();

}  // namespace digits
