# Finds LibTorch, and stops with the remedy if it is missing or does not fit.
find_package(Torch QUIET)
if(NOT Torch_FOUND)
  message(FATAL_ERROR
    "LibTorch not found.\n"
    "Remedy: on Debian or Ubuntu, apt-get install libtorch-dev libgloo-dev libopenblas0-pthread. "
    "Elsewhere, unpack the official LibTorch (the cxx11 ABI build) from pytorch.org and configure "
    "with -DCMAKE_PREFIX_PATH=/path/to/libtorch.")
endif()
message(STATUS "LibTorch ${Torch_VERSION}: ${TORCH_INSTALL_PREFIX}")

# The tests of the checks below set these two variables.
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

# Debian's LibTorch calls the system's libblas.so.3; the reference BLAS is some 40 times slower.
include(CheckBlas)
digits_check_blas()
