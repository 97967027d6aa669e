#include "repository/triton_config.h"

#include "support/testing.h"

namespace digits {
namespace {

// By hand, from Triton's model configuration and the conventions of its PyTorch backend: forward's
// argument by its name, outputs as NAME__INDEX, dims without the batch.
TEST(TritonConfig, SaysWhatTheModelTakes) {
  EXPECT_EQ(triton_config("fruit", {20, 30, 3, {"apple", "pear"}}, 4),
            "name: \"fruit\"\n"
            "platform: \"pytorch_libtorch\"\n"
            "max_batch_size: 256\n"
            "version_policy: { specific: { versions: [4] } }\n"
            "input [\n  { name: \"images\", data_type: TYPE_FP32, dims: [3, 20, 30] }\n]\n"
            "output [\n  { name: \"logits__0\", data_type: TYPE_FP32, dims: [2] }\n]\n");
}

// Another version is served, and what a person has added stays.
TEST(TritonConfig, KeepsWhatAPersonWrote) {
  const auto config = triton_config("m", {1, 1, 1, {"a"}}, 1) + "instance_group [{ count: 2 }]\n";
  auto expected = config;
  expected.replace(expected.find("[1] } }"), 3, "[12]");
  EXPECT_EQ(with_served_version(config, 12), expected);
  EXPECT_EQ(with_served_version("# version_policy: theirs\nx", 2), "# version_policy: theirs\nx");
  EXPECT_EQ(with_served_version("version_policy: { all { } }", 2),
            "version_policy: { specific: { versions: [2] } }");
  EXPECT_EQ(with_served_version("", 2), "");
}

}  // namespace
}  // namespace digits
