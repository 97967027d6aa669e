// Makes text from outside, such as file names and manifests, safe to print.
#pragma once

#include <string>
#include <string_view>

namespace digits {

// The text; bytes that are not UTF-8 become U+FFFD.
std::string valid_utf8(std::string_view text);

// The text on one line, without terminal control sequences: white space becomes spaces, other
// control characters U+FFFD.
std::string printable(std::string_view text);

}  // namespace digits
