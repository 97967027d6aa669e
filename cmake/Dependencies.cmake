# Finds every library, and stops with the remedy if one is missing or does not fit.

if(NOT DIGITS_FUZZ)
  include(LibTorch)
endif()

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
digits_find(Boost libboost-dev CONFIG)  # headers only: Boost.Math, Boost.CRC
digits_find(fmt libfmt-dev)
digits_find(cxxopts libcxxopts-dev)
digits_find(nlohmann_json nlohmann-json3-dev)
digits_find(spdlog libspdlog-dev)
digits_find(tomlplusplus libtomlplusplus-dev)
digits_find(ZLIB zlib1g-dev)
digits_find(OpenSSL libssl-dev COMPONENTS Crypto)
find_package(Threads REQUIRED)
if(DIGITS_TESTS AND NOT DIGITS_FUZZ)
  digits_find(GTest "libgtest-dev libgmock-dev")
  digits_find(rapidcheck librapidcheck-dev)
  digits_find(RapidJSON rapidjson-dev)  # headers only
  digits_find(OpenCV libopencv-dev COMPONENTS core imgproc imgcodecs dnn)
endif()

# --- One ABI for all ------------------------------------------------------------------------
# LibTorch's flags say with which std::string it was built; other libraries that pass strings must agree.
separate_arguments(DIGITS_TORCH_FLAGS UNIX_COMMAND "${DIGITS_TORCH_FLAGS}")
add_compile_options(${DIGITS_TORCH_FLAGS})
include(CheckAbi)
digits_check_abi(OpenCV "opencv_imgcodecs;opencv_core"
  "#include <opencv2/imgcodecs.hpp>\nint main() { return cv::imread(std::string()).rows; }\n")
if(DIGITS_TESTS AND NOT DIGITS_FUZZ)
  digits_check_abi(GoogleTest "GTest::gtest"
    "#include <gtest/gtest.h>\nint main() { return testing::TempDir().empty(); }\n")
endif()
