// `digits fetch` from mirrors that have no MNIST: what a person sees, and what is left.
#include "data/gzip.h"
#include "support/loopback.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// Each mirror that was named is asked, in order and none but these; what they send is not kept.
TEST(FetchCommand, KeepsNothingThatIsNotMnist) {
  LoopbackServer server;
  std::string asked;
  const auto mirror = [&](const std::string& name) {
    return "http://" + server.mirror(name, [&asked, name](const auto& request, auto& response) {
      asked += name + " " + request.path + "\n";
      response.set_content(gzip("something else"), "application/gzip");
    });
  };
  const TemporaryDirectory folder;
  const auto result = call_digits({"fetch", "--out", folder / "mnist", "--mirror", mirror("a"),
                                   "--mirror", mirror("b"), "--mirror", mirror("c")});
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.err, testing::HasSubstr("\ndigits: fetch.checksum: "));
  EXPECT_THAT(result.err, testing::HasSubstr("(hint: "));
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(asked,
            "a /a/train-images-idx3-ubyte.gz\nb /b/train-images-idx3-ubyte.gz\n"
            "c /c/train-images-idx3-ubyte.gz\n");
  EXPECT_TRUE(files_below(folder.path()).empty());
}

TEST(FetchCommand, RefusesAMirrorThatIsNoUrl) {
  const TemporaryDirectory folder;
  const auto result = call_digits({"fetch", "--out", folder / "mnist", "--mirror", "nowhere"});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, testing::StartsWith("digits: usage.url: "));
  EXPECT_FALSE(std::filesystem::exists(folder / "mnist"));
}

}  // namespace
}  // namespace digits
