#include "support/testing.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/rng.h"

namespace digits {

namespace fs = std::filesystem;

std::uint64_t test_seed() {
  const char* text = std::getenv("DIGITS_TEST_SEED");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

fs::path fixtures() { return DIGITS_FIXTURES; }

TemporaryDirectory::TemporaryDirectory() {
  auto pattern = (fs::temp_directory_path() / "digits-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp: " + pattern);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return {"no error", "", ""};
}

std::string error_code(const std::function<void()>& action) { return error_of(action).code(); }

void expect_error(const std::string& code, const std::function<void()>& action) {
  try {
    action();
    ADD_FAILURE() << "no error, expected " << code;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << one_line(error);
    EXPECT_STRNE(error.what(), "");
    EXPECT_NE(error.hint(), "");
  }
}

Dataset random_dataset(std::size_t n, int rows, int cols, int channels, int classes) {
  Dataset set;
  set.schema = {rows, cols, channels, numbered_class_names(classes)};
  Rng rng(test_seed(), Stream::kTest);
  for (std::size_t i = 0; i < n * set.schema.image_bytes(); ++i) {
    set.images.push_back(static_cast<std::uint8_t>(rng.below(256)));
  }
  for (std::size_t i = 0; i < n; ++i) {
    // The first bytes hold a counter, so that all images differ.
    set.image(i)[0] = static_cast<std::uint8_t>(i % 251);
    if (set.schema.image_bytes() > 1) set.image(i)[1] = static_cast<std::uint8_t>(i / 251);
    set.labels.push_back(static_cast<std::uint8_t>(i % static_cast<std::size_t>(classes)));
  }
  return set;
}

std::vector<std::string> files_below(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) names.push_back(fs::relative(entry.path(), folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace digits
