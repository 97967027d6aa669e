#include "support/documents.h"

#include <system_error>

#include "support/program.h"

namespace digits {

namespace fs = std::filesystem;

std::vector<fs::path> documents() {
  std::vector<fs::path> all{"README.md", "CONTRIBUTING.md", "data/fixtures/README.md",
                            "examples/cpp/README.md", "examples/python/README.md"};
  for (const auto& entry : fs::recursive_directory_iterator(source_path("docs"))) {
    if (entry.path().extension() == ".md") {
      all.push_back(entry.path().lexically_relative(source_path()));
    }
  }
  std::error_code no_extras;
  for (const auto& extra : fs::directory_iterator(source_path("extras"), no_extras)) {
    all.push_back(fs::path("extras") / extra.path().filename() / "README.md");
  }
  return all;
}

}  // namespace digits
