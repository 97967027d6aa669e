// The installed tree serves a program outside the project.
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/json.h"
#include "data/image_file.h"
#include "data/load.h"
#include "integration/tiny_run.h"
#include "support/process.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

ProcessResult succeed(const std::vector<std::string>& argv) {
  auto result = run_process(argv);
  EXPECT_EQ(result.status, 0) << argv[0] << " " << argv[1] << "\n" << result.out << result.err;
  return result;
}

// A copy of examples/cpp is built against the result of `cmake --install`. It classifies a picture
// of the model's size like the program, and reads another one without the program's extras.
TEST(Install, BuildsAnExternalProgram) {
#ifdef DIGITS_INSTRUMENTED
  GTEST_SKIP() << "instrumented libraries are not for others";
#endif
  const TemporaryDirectory folder;
  const auto prefix = (folder / "prefix").string(), source = (folder / "consumer").string(),
             build = (folder / "build").string();
  std::filesystem::copy(source_path("examples/cpp"), source);
  succeed({"cmake", "--install", build_path(), "--prefix", prefix});
  succeed({"cmake", "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_PREFIX_PATH=" + prefix,
           std::string("-DTorch_DIR=") + DIGITS_TORCH_DIR});
  succeed({"cmake", "--build", build});

  const auto package = tiny_run().package().string();
  const auto set = load_dataset(fixtures() / "tiny", Part::kTest);
  const auto picture = (folder / "picture.png").string();
  write_png(picture, set.image(0), set.schema);
  const auto answer = succeed({build + "/classify", package, picture}).out;
  const auto own =
      succeed({prefix + "/bin/digits", "predict", "--json", "--model", package, picture});
  const auto label = Json::parse(own.out).at("label").get<std::string>();
  EXPECT_THAT(answer, testing::StartsWith(label + " "));
  EXPECT_THAT(answer, testing::HasSubstr(picture));
  const auto large = (fixtures() / "digits" / "7-large.png").string();
  EXPECT_THAT(succeed({build + "/classify", package, large}).out, testing::HasSubstr(large));

  // The example reports errors like the program: code and status.
  const auto refused = run_process({build + "/classify", folder.path(), picture});
  EXPECT_EQ(refused.status, kBadPackage);
  EXPECT_THAT(refused.err, testing::HasSubstr("package.missing"));
}

}  // namespace
}  // namespace digits
