# Finds every library, and stops with the remedy where one is missing or does not fit.

# --- LibTorch -------------------------------------------------------------------------------
find_package(Torch QUIET)
if(NOT Torch_FOUND)
  message(FATAL_ERROR
    "LibTorch not found.\n"
    "Remedy: on Debian or Ubuntu, apt-get install libtorch-dev libgloo-dev libopenblas0-pthread. "
    "Elsewhere, unpack the official LibTorch (the cxx11 ABI build) from pytorch.org and configure "
    "with -DCMAKE_PREFIX_PATH=/path/to/libtorch.")
endif()
message(STATUS "LibTorch ${Torch_VERSION}: ${TORCH_INSTALL_PREFIX}")

if(DIGITS_CUDA STREQUAL "ON" AND NOT TARGET torch_cuda)
  message(FATAL_ERROR
    "CUDA wanted (DIGITS_CUDA=ON), but this LibTorch is CPU only: ${TORCH_INSTALL_PREFIX}.\n"
    "Remedy: unpack the CUDA build of the official LibTorch and configure with "
    "-DCMAKE_PREFIX_PATH=/path/to/libtorch, or leave DIGITS_CUDA at AUTO.")
endif()

# Debian's LibTorch calls whatever libblas.so.3 is: the reference one is some 40 times slower.
include(CheckBlas)
digits_check_blas()

# --- The others -----------------------------------------------------------------------------
find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs)
find_package(fmt REQUIRED)
find_package(cxxopts REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Threads REQUIRED)
if(DIGITS_TESTS)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
endif()

# --- One ABI for all ------------------------------------------------------------------------
# LibTorch says with which std::string it was built; what else passes strings must agree.
add_compile_options(${TORCH_CXX_FLAGS})
include(CheckAbi)
digits_check_abi(OpenCV "opencv_imgcodecs;opencv_core"
  "#include <opencv2/imgcodecs.hpp>\nint main() { return cv::imread(std::string()).rows; }\n")
if(DIGITS_TESTS)
  digits_check_abi(GoogleTest "GTest::gtest"
    "#include <gtest/gtest.h>\nint main() { return testing::TempDir().empty(); }\n")
endif()
