// One model for the smoke tier, trained by the program itself on synthetic digits.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>

#include "base/json.h"
#include "model/device.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {

class Smoke : public testing::Test {
 public:
  static void SetUpTestSuite() {
    folder_ = new TemporaryDirectory;
    run_ = run_digits({"run", "--config", fixtures() / "smoke.toml", "--out", *folder_ / "run"});
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static std::filesystem::path package() { return *folder_ / "run" / "package"; }

  static inline TemporaryDirectory* folder_ = nullptr;
  static inline ProcessResult run_;
};

// Predicts the images of a folder. The name of each of its `count` files begins with its labels, in
// reading order: "1984-line.jpg".
inline void expect_names_as_labels(const std::filesystem::path& folder, std::size_t count) {
  const auto result = run_digits({"predict", "--json", "--model", Smoke::package(), folder});
  EXPECT_EQ(result.status, 0) << result.err;
  std::map<std::string, std::string> labels_of;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    const auto prediction = Json::parse(line);
    const std::filesystem::path path = prediction.at("path").get<std::string>();
    labels_of[path.filename()] += prediction.at("label").get<std::string>();
  }
  EXPECT_EQ(labels_of.size(), count);
  for (const auto& [name, labels] : labels_of) EXPECT_EQ(labels, name.substr(0, name.find('-')));
}

inline bool has_cuda() {
  return error_code([] { choose_device("cuda"); }) != "device.cuda_missing";
}

}  // namespace digits
