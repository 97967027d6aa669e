// One model in a temporary repository.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/files.h"
#include "repository/model_folder.h"
#include "support/testing.h"
#include "unit/repository/sample_package.h"

namespace digits {

// A model with the given number of versions, the first of them current.
class ModelFolderTest : public testing::Test {
 protected:
  static void write_version(const std::filesystem::path& folder) { write_sample(folder); }
  void add(int count) {
    for (int i = 0; i < count; ++i) model_.add(sample_schema(), write_version);
  }
  std::filesystem::path repository() const { return folder_ / "models"; }
  std::string file(const std::string& name) const { return read_file(repository() / "m" / name); }

  TemporaryDirectory folder_;
  ModelFolder model_{repository(), "m"};
};

}  // namespace digits
