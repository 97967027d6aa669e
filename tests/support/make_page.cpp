// Writes the sample page and its plots, for a person to look at: `make_page DIR`.
#include <cstdio>
#include <filesystem>

#include "base/files.h"
#include "support/sample_page.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("make_page DIR\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  digits::make_directories(folder);
  digits::write_file(folder / "page.html", digits::html::page(digits::sample_page()));
  for (const auto& [name, plot] : digits::sample_plots()) {
    digits::write_file(folder / name, plot.text);
  }
}
