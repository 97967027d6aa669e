// Checks at configure time: a missing or incompatible library stops CMake, and the message names
// the remedy.
#include "base/files.h"
#include "support/program.h"
#include "support/testing.h"

namespace digits {
namespace {

// The error message of CMake with these definitions. Empty when it succeeds.
std::string configure(const std::vector<std::string>& definitions) {
  const TemporaryDirectory build;
  std::vector<std::string> argv{
      "cmake",      "-S", source_path(), "-B",
      build.path(), "-G", "Ninja",       std::string("-DTorch_DIR=") + DIGITS_TORCH_DIR};
  argv.insert(argv.end(), definitions.begin(), definitions.end());
  const auto result = run_process(argv);
  return result.status == 0 ? "" : result.err;
}

TEST(Configure, NamesTheRemedyForAMissingLibTorch) {
  const auto message = configure({"-DCMAKE_DISABLE_FIND_PACKAGE_Torch=ON"});
  EXPECT_THAT(message, testing::HasSubstr("LibTorch not found"));
  EXPECT_THAT(message, testing::HasSubstr("libtorch-dev"));
  EXPECT_THAT(message, testing::HasSubstr("CMAKE_PREFIX_PATH=/path/to/libtorch"));
}

TEST(Configure, NamesTheRemedyForReferenceBlas) {
  const auto message = configure({"-DDIGITS_BLAS_LIBRARY=/lib/reference/libblas.so.3"});
  if (message.empty()) GTEST_SKIP() << "this LibTorch brings a BLAS of its own";
  EXPECT_THAT(message, testing::HasSubstr("reference BLAS"));
  EXPECT_THAT(message, testing::HasSubstr("libopenblas0-pthread"));
}

TEST(Configure, NamesTheRemedyForMissingCuda) {
  const auto message = configure({"-DDIGITS_CUDA=ON", "-DDIGITS_TORCH_HAS_CUDA=OFF"});
  EXPECT_THAT(message, testing::HasSubstr("CUDA wanted"));
  EXPECT_THAT(message, testing::HasSubstr("CUDA build of the official LibTorch"));
}

TEST(Configure, RejectsAnUnknownCudaSetting) {
  EXPECT_THAT(configure({"-DDIGITS_CUDA=1"}), testing::HasSubstr("AUTO or ON"));
}

// Libraries built with another std::string than LibTorch: the message names all of them.
TEST(Configure, NamesEachLibraryWithAnotherAbi) {
  const auto message = configure({"-DDIGITS_TORCH_FLAGS=-D_GLIBCXX_USE_CXX11_ABI=0"});
  EXPECT_THAT(message, testing::HasSubstr("An ABI mismatch: OpenCV"));
  EXPECT_THAT(message, testing::HasSubstr("An ABI mismatch: GoogleTest"));
  EXPECT_THAT(message, testing::HasSubstr("cxx11 ABI"));
}

// With all extras requested, the message names the extra that lacks a library.
TEST(Configure, NamesTheRemedyForAMissingExtra) {
  if (!std::filesystem::exists(source_path("extras/onnx"))) GTEST_SKIP() << "no extras/onnx";
  const auto message = configure({"-DDIGITS_EXTRAS=ALL", "-DCMAKE_DISABLE_FIND_PACKAGE_ONNX=ON"});
  EXPECT_THAT(message, testing::HasSubstr("extras/onnx: ONNX_LIBRARY was not found"));
  EXPECT_THAT(message, testing::HasSubstr("libonnx-dev"));
}

TEST(Configure, NamesThePackageOfAMissingLibrary) {
  const auto message = configure({"-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON"});
  EXPECT_THAT(message, testing::HasSubstr("libfmt-dev"));
}

// With absolute paths a compiler cache would find no object for a copy of the tree.
TEST(Configure, UnitsHaveRelativePaths) {
  const auto unit = std::filesystem::path(build_path()) / "src/units/base_0.cpp";
  if (!std::filesystem::exists(unit)) GTEST_SKIP() << "DIGITS_UNIT_SIZE=1: there are no units";
  EXPECT_THAT(read_file(unit), testing::StartsWith("#include \"src/base/"));
}

}  // namespace
}  // namespace digits
