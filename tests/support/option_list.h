// Reads the options of a command from its help.
#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <vector>

namespace digits {

// The options in a help text, in order: "out DIR, trials N=20, json". Each has the name of its
// value and, where there is one, its default. --help is left out.
inline std::string option_list(const std::string& help) {
  std::vector<std::string> names;
  std::vector<std::string> texts;  // with the description, on one line
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("      --", 0) == 0) {
      names.push_back(line.substr(8, line.find("  ", 8) - 8));
      texts.emplace_back();
    }
    if (texts.empty()) continue;
    std::istringstream words(line);
    for (std::string word; words >> word;) texts.back() += " " + word;
  }
  const std::string mark = " (default: ";
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    list += (i > 0 ? ", " : "") + names[i];
    const auto at = texts[i].rfind(mark);
    if (at == std::string::npos || texts[i].back() != ')') continue;
    const auto from = at + mark.size();
    const auto value = texts[i].substr(from, texts[i].size() - from - 1);
    if (value.find(' ') == std::string::npos) list += "=" + value;
  }
  return list;
}

}  // namespace digits
