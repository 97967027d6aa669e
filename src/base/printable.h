// Makes text from outside, such as file names and manifests, safe to print and to compare.
#pragma once

#include <string>
#include <string_view>

namespace digits {

// The text; bytes that are not UTF-8 become U+FFFD.
std::string valid_utf8(std::string_view text);

// The text on one line, without terminal control sequences: white space becomes spaces, other
// control characters U+FFFD.
std::string printable(std::string_view text);

// A to Z as a to z; other bytes stay.
std::string lower_case(std::string text);

// The text as one word of a shell command, quoted if necessary.
std::string shell_word(const std::string& text);

}  // namespace digits
