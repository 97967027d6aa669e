// Shared by all tests: the seed, temporary folders, small data sets, and matchers for errors.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/error.h"
#include "data/dataset.h"

namespace digits {

// DIGITS_TEST_SEED from the environment, else 1. Tests must pass at any value.
std::uint64_t test_seed();

// The committed inputs, data/fixtures.
std::filesystem::path fixtures();

// A temporary folder for one test, removed at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// The Error that `action` throws; one with the code "no error" and no hint when it throws none.
Error error_of(const std::function<void()>& action);

// The code of the Error that `action` throws; "no error" when it throws none.
std::string error_code(const std::function<void()>& action);

// Runs `action`, which must throw an Error of this code whose message and hint are not empty.
void expect_error(const std::string& code, const std::function<void()>& action);

// `n` random images with labels 0, 1, ..., classes - 1, 0, 1, ...; no two images are equal.
Dataset random_dataset(std::size_t n, int rows = 6, int cols = 5, int channels = 1,
                       int classes = 3);

// All names in a folder and its subfolders, relative, sorted.
std::vector<std::string> files_below(const std::filesystem::path& folder);

}  // namespace digits
