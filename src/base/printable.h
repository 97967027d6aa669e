// Text of others, as a file's name or a manifest brings it, made fit for people.
#pragma once

#include <string>
#include <string_view>

namespace digits {

// The text; bytes in it that are not UTF-8 become U+FFFD.
std::string valid_utf8(std::string_view text);

// The same on one line, with nothing in it that steers a terminal: white space becomes spaces,
// other control characters U+FFFD.
std::string printable(std::string_view text);

}  // namespace digits
