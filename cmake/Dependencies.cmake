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

# Tests of the checks below set these two.
if(NOT DEFINED DIGITS_TORCH_FLAGS)
  set(DIGITS_TORCH_FLAGS ${TORCH_CXX_FLAGS})
endif()
if(NOT DEFINED DIGITS_TORCH_HAS_CUDA AND TARGET torch_cuda)
  set(DIGITS_TORCH_HAS_CUDA ON)
endif()

if(NOT DIGITS_CUDA MATCHES "^(AUTO|ON)$")
  message(FATAL_ERROR "DIGITS_CUDA is ${DIGITS_CUDA}, expected AUTO or ON.")
endif()
if(DIGITS_CUDA STREQUAL "ON" AND NOT DIGITS_TORCH_HAS_CUDA)
  message(FATAL_ERROR
    "CUDA wanted (DIGITS_CUDA=ON), but this LibTorch is CPU only: ${TORCH_INSTALL_PREFIX}.\n"
    "Remedy: unpack the CUDA build of the official LibTorch and configure with "
    "-DCMAKE_PREFIX_PATH=/path/to/libtorch, or leave DIGITS_CUDA at AUTO.")
endif()

# Debian's LibTorch calls whatever libblas.so.3 is: the reference one is some 40 times slower.
include(CheckBlas)
digits_check_blas()

# --- The others -----------------------------------------------------------------------------
# find_package, with the Debian package as the remedy.
macro(digits_find name package)
  find_package(${name} QUIET ${ARGN})
  if(NOT ${name}_FOUND)
    message(FATAL_ERROR "${name} not found.\nRemedy: on Debian or Ubuntu, apt-get install "
      "${package}, or scripts/setup.sh for everything. Elsewhere, install it and point "
      "CMAKE_PREFIX_PATH at it.")
  endif()
endmacro()

digits_find(OpenCV libopencv-dev COMPONENTS core imgproc imgcodecs)
digits_find(Boost libboost-dev CONFIG)  # headers only: Boost.Math
digits_find(fmt libfmt-dev)
digits_find(cxxopts libcxxopts-dev)
digits_find(nlohmann_json nlohmann-json3-dev)
digits_find(spdlog libspdlog-dev)
digits_find(tomlplusplus libtomlplusplus-dev)
digits_find(ZLIB zlib1g-dev)
digits_find(OpenSSL libssl-dev COMPONENTS Crypto)
find_package(Threads REQUIRED)
# Its compile flags are part of its ABI, and only pkg-config knows them.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(HTTPLIB QUIET IMPORTED_TARGET cpp-httplib)
endif()
if(NOT HTTPLIB_FOUND)
  message(FATAL_ERROR "cpp-httplib not found by pkg-config.\nRemedy: on Debian or Ubuntu, apt-get "
    "install pkgconf libcpp-httplib-dev, or scripts/setup.sh for everything. Elsewhere, install it "
    "and point PKG_CONFIG_PATH at its cpp-httplib.pc.")
endif()
if(DIGITS_TESTS)
  digits_find(GTest "libgtest-dev libgmock-dev")
  digits_find(rapidcheck librapidcheck-dev)
endif()

# --- One ABI for all ------------------------------------------------------------------------
# LibTorch says with which std::string it was built; what else passes strings must agree.
separate_arguments(DIGITS_TORCH_FLAGS UNIX_COMMAND "${DIGITS_TORCH_FLAGS}")
add_compile_options(${DIGITS_TORCH_FLAGS})
include(CheckAbi)
digits_check_abi(OpenCV "opencv_imgcodecs;opencv_core"
  "#include <opencv2/imgcodecs.hpp>\nint main() { return cv::imread(std::string()).rows; }\n")
if(DIGITS_TESTS)
  digits_check_abi(GoogleTest "GTest::gtest"
    "#include <gtest/gtest.h>\nint main() { return testing::TempDir().empty(); }\n")
endif()
