// One model for the smoke tier, trained by the program itself on synthetic digits.
#pragma once

#include <filesystem>

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

inline bool has_cuda() {
  return error_code([] { choose_device("cuda"); }) != "device.cuda_missing";
}

}  // namespace digits
