// The images of a package in place of a private set, and the name of its model.
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/pipeline.h"
#include "pipeline/stages.h"
#include "support/testing.h"

namespace digits {
namespace {

// Sixteen images for each of three classes, with the classes in turn. A set that is not private is
// shown itself.
TEST(NoiseIfPrivate, HasSixteenImagesForEachClass) {
  const auto schema = random_dataset(3).schema;
  Config config;
  EXPECT_EQ(noise_if_private(config, schema).size(), 0U);
  config.data.is_private = true;
  const auto noise = noise_if_private(config, schema);
  EXPECT_TRUE(noise.schema == schema);
  std::vector<std::uint8_t> labels;
  for (int round = 0; round < 16; ++round) labels.insert(labels.end(), {0, 1, 2});
  EXPECT_EQ(noise.labels, labels);
  EXPECT_EQ(noise.images.size(), 48 * schema.image_bytes());
  config.seed = 1;
  EXPECT_NE(noise_if_private(config, schema).images, noise.images);
}

// The folder of the data names the model, with or without a slash at its end. Synthetic data have
// no folder, and a name with a space is no model name.
TEST(DefaultModelName, IsThatOfTheDataFolder) {
  const auto name_of = [](const std::string& source) {
    Config config;
    config.data.source = source;
    return default_model_name(config);
  };
  EXPECT_EQ(name_of("sets/letters"), "letters");
  EXPECT_EQ(name_of("sets/letters/"), "letters");
  EXPECT_EQ(name_of("synthetic"), "digits");
  EXPECT_EQ(name_of("sets/my letters"), "digits");
}

}  // namespace
}  // namespace digits
