#include "repository/triton_config.h"

#include "base/error.h"
#include "support/testing.h"

namespace digits {
namespace {

// By hand, from Triton's model configuration and the conventions of its PyTorch backend: forward's
// argument by its name, outputs as NAME__INDEX, dims without the batch.
TEST(TritonConfig, DescribesInputAndOutput) {
  EXPECT_EQ(triton_config("fruit", {20, 30, 3, {"apple", "pear"}}, 4),
            "name: \"fruit\"\n"
            "platform: \"pytorch_libtorch\"\n"
            "max_batch_size: 256\n"
            "version_policy: { specific: { versions: [4] } }\n"
            "input [\n  { name: \"images\", data_type: TYPE_FP32, dims: [3, 20, 30] }\n]\n"
            "output [\n  { name: \"logits__0\", data_type: TYPE_FP32, dims: [2] }\n]\n");
}

// Another version is served, and text added by the user stays.
TEST(TritonConfig, KeepsManualEdits) {
  const auto config = triton_config("m", {1, 1, 1, {"a"}}, 1) + "instance_group [{ count: 2 }]\n";
  auto expected = config;
  expected.replace(expected.find("[1] } }"), 3, "[12]");
  EXPECT_EQ(with_served_version(config, 12), expected);
  EXPECT_EQ(with_served_version("# version_policy: theirs\nx", 2), "# version_policy: theirs\nx");
  EXPECT_EQ(with_served_version("version_policy: { all { } }", 2),
            "version_policy: { specific: { versions: [2] } }");
  EXPECT_EQ(with_served_version("", 2), "");
}

// A policy in another spelling is replaced completely: Triton would reject half of one, and the old
// version would stay in use without the change. A quotation before it may be empty or end with a
// backslash that is escaped itself; a backslash does not continue a comment.
TEST(TritonConfig, ReplacesAPolicyInAnySpelling) {
  const std::string renewed = "version_policy: { specific: { versions: [2] } }";
  for (const char* written :
       {"version_policy { all {} }", "version_policy:{specific:{versions:[1]}}",
        "version_policy: {\n  specific: {\n    versions: [1]  # }\n  }\n}",
        "version_policy\n{ }"}) {
    for (const char* before : {"", "name: \"m\"\n", "  ", "name: \"m\" ", "key: \"\" ",
                               "key: \"\\\\\" ", "# mine \\\n"}) {
      for (const char* after : {"", "\n", " # mine", "\ninput [\n]\n"}) {
        EXPECT_EQ(with_served_version(before + (written + std::string(after)), 2),
                  before + renewed + after);
      }
    }
  }
}

// The word alone is no policy: not in comments, not between quotes, not as a part of another word.
TEST(TritonConfig, IgnoresTheWordOutsideAPolicy) {
  for (const char* config :
       {"x: 1 # version_policy { }", "parameters { key: \"version_policy {\" }",
        "name: \"a\\\" version_policy: {\"", "name: 'a\" version_policy { }'",
        "version_policy_2 { }", "my_version_policy: { }"}) {
    EXPECT_EQ(with_served_version(config, 2), config);
  }
}

// An unreadable policy is rejected, and the hint is the line to write.
TEST(TritonConfig, RejectsAnUnreadablePolicy) {
  for (const char* config :
       {"version_policy: { all { }", "version_policy < all < > >", "version_policy: # {\n{ }",
        "version_policy { }\nversion_policy { }", "version_policy"}) {
    try {
      with_served_version(config, 2);
      ADD_FAILURE() << config;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "repository.malformed");
      EXPECT_THAT(error.hint(),
                  testing::HasSubstr("version_policy: { specific: { versions: [2] } }"));
    }
  }
}

}  // namespace
}  // namespace digits
