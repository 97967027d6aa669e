// A private set: no image of it leaves the run.
#include <algorithm>

#include "base/files.h"
#include "integration/tiny_run.h"
#include "model/tensors.h"
#include "pipeline/config.h"
#include "pipeline/pipeline.h"
#include "pipeline/stages.h"
#include "support/testing.h"

namespace digits {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// The first images as a file may hold them: bytes, and floats.
std::vector<std::string> encodings(const Dataset& set, std::size_t count) {
  const auto bytes = set.schema.image_bytes();
  const auto floats = image_tensor(set.images.data(), count, set.schema, at::kCPU).contiguous();
  const auto* values = static_cast<const char*>(floats.data_ptr());
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.emplace_back(reinterpret_cast<const char*>(set.image(i)), bytes);
    all.emplace_back(values + i * bytes * sizeof(float), bytes * sizeof(float));
  }
  return all;
}

// The values of the first test images are in the files of a run, and in no file of a private one.
// Both have the same weights: nothing else depends on the option.
TEST(PrivateSet, IsInNoFileOfItsRun) {
  const TemporaryDirectory folder;
  const auto run = folder / "run";
  const auto result =
      call_digits({"run", "--config", source_path("data/fixtures/tiny.toml"), "--data",
                   source_path("data/fixtures/tiny"), "--private", "--out", run});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto test = acquire(load_complete_config(run / "config.toml")).test;
  const auto images = encodings(test, 16);
  const auto holds_an_image = [&](const fs::path& file) {
    const auto text = read_file(file);
    return std::any_of(images.begin(), images.end(), [&](const std::string& image) {
      return text.find(image) != std::string::npos;
    });
  };
  EXPECT_TRUE(holds_an_image(tiny_run().package() / "golden.safetensors"));
  for (const auto& name : files_below(run)) EXPECT_FALSE(holds_an_image(run / name)) << name;

  const auto report = read_file(run / "report.html");
  EXPECT_THAT(report, HasSubstr("The set is private: no image is shown."));
  EXPECT_EQ(count_of(report, "data:image/png"), 1U);  // the augmentation of noise
  EXPECT_GT(count_of(read_file(tiny_run().path() / "report.html"), "data:image/png"), 1U);
  EXPECT_NE(read_file(run / "augmentation.png"), read_file(tiny_run().path() / "augmentation.png"));
  EXPECT_EQ(read_file(run / "package" / "model.safetensors"),
            read_file(tiny_run().package() / "model.safetensors"));
}

// A command that writes no run does not offer to keep images out of it.
TEST(PrivateSet, IsAnOptionOfRunsOnly) {
  EXPECT_EQ(call_digits({"inspect", "--data", "synthetic", "--private"}).status, 2);
  EXPECT_THAT(call_digits({"train", "--help"}).out, HasSubstr("--private"));
}

}  // namespace
}  // namespace digits
