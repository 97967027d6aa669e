// Configure-time checks: what is missing or does not fit stops CMake, and the message says what to
// do about it.
#include "support/process.h"
#include "support/testing.h"

namespace digits {
namespace {

// CMake's output for a configuration that must fail.
std::string failed_configure(const std::vector<std::string>& definitions) {
  const TemporaryDirectory build;
  std::vector<std::string> argv{"cmake",      "-S", DIGITS_SOURCE_DIR, "-B",
                                build.path(), "-G", "Ninja",           "-DDIGITS_TESTS=OFF"};
  argv.insert(argv.end(), definitions.begin(), definitions.end());
  const auto result = run_process(argv);
  EXPECT_NE(result.status, 0) << result.out;
  return result.err;
}

TEST(Configure, NamesTheRemedyForAMissingLibTorch) {
  const auto message = failed_configure({"-DCMAKE_DISABLE_FIND_PACKAGE_Torch=ON"});
  EXPECT_THAT(message, testing::HasSubstr("LibTorch not found"));
  EXPECT_THAT(message, testing::HasSubstr("libtorch-dev"));
  EXPECT_THAT(message, testing::HasSubstr("CMAKE_PREFIX_PATH=/path/to/libtorch"));
}

TEST(Configure, NamesTheRemedyForReferenceBlas) {
  const auto message = failed_configure({"-DDIGITS_BLAS_LIBRARY=/lib/reference/libblas.so.3"});
  if (message.find("reference BLAS") == std::string::npos) {
    GTEST_SKIP() << "this LibTorch brings a BLAS of its own";
  }
  EXPECT_THAT(message, testing::HasSubstr("libopenblas0-pthread"));
}

TEST(Configure, NamesTheRemedyForMissingCuda) {
  const auto message = failed_configure({"-DDIGITS_CUDA=ON", "-DDIGITS_TORCH_HAS_CUDA=OFF"});
  EXPECT_THAT(message, testing::HasSubstr("CUDA wanted"));
  EXPECT_THAT(message, testing::HasSubstr("CUDA build of the official LibTorch"));
}

TEST(Configure, RefusesAnUnknownCudaSetting) {
  EXPECT_THAT(failed_configure({"-DDIGITS_CUDA=1"}), testing::HasSubstr("AUTO or ON"));
}

// Libraries built with the other std::string than LibTorch: the flags say so, and do not link.
TEST(Configure, NamesTheRemedyForAnAbiMismatch) {
  const auto message = failed_configure({"-DDIGITS_TORCH_FLAGS=-D_GLIBCXX_USE_CXX11_ABI=0"});
  EXPECT_THAT(message, testing::HasSubstr("ABI mismatch"));
  EXPECT_THAT(message, testing::HasSubstr("cxx11 ABI"));
}

TEST(Configure, NamesThePackageOfAnyOtherLibrary) {
  const auto message = failed_configure({"-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON"});
  EXPECT_THAT(message, testing::HasSubstr("libfmt-dev"));
}

}  // namespace
}  // namespace digits
