// Makes runs with answers to 10,000 images of two classes, for tests that compare runs.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/json.h"
#include "pipeline/run_directory.h"

namespace digits {

constexpr const char* kTestSet = "abcdef0123456789";  // a fingerprint

// An evaluation.json with the parts that comparisons read. The first `wrong` answers are mistakes.
Json evaluation_of(std::size_t wrong, const std::string& test_set = kTestSet);

// An evaluated run, started `age` hours ago.
RunDirectory evaluated_run(const std::filesystem::path& path, std::size_t wrong,
                           const std::string& test_set = kTestSet, int age = 0);

}  // namespace digits
