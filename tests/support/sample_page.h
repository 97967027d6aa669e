// A page with every element and every chart, from made-up numbers, for tests and for inspection.
#pragma once

#include <map>
#include <string>

#include "report/html.h"

namespace digits {

// Replacements for the texts from outside: names of classes, files, gates.
struct SampleTexts {
  std::string name = "";  // if not empty, the text of every slot
};

// The plots by file name: "curves.svg".
std::map<std::string, Markup> sample_plots(const SampleTexts& texts = {});

html::Page sample_page(const SampleTexts& texts = {});

}  // namespace digits
