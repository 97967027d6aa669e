# oneDNN, for the inference engine: optional, since TorchScript answers as well, if later.
#
# LibTorch uses oneDNN, too. Debian's links the system's library, so that both are one; an official
# build has its own copy inside, beside which a second one is nobody's promise: AUTO leaves it.
set(DIGITS_ONEDNN AUTO CACHE STRING
  "Inference engine of oneDNN primitives. AUTO: where oneDNN is found and LibTorch is the system's; ON; OFF")
set_property(CACHE DIGITS_ONEDNN PROPERTY STRINGS AUTO ON OFF)
if(NOT DIGITS_ONEDNN MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "DIGITS_ONEDNN is ${DIGITS_ONEDNN}, expected AUTO, ON or OFF.")
endif()

set(DIGITS_HAS_ONEDNN OFF)
if(DIGITS_ONEDNN STREQUAL "ON" OR
   (DIGITS_ONEDNN STREQUAL "AUTO" AND TORCH_INSTALL_PREFIX MATCHES "^/usr(/|$)"))
  # By its files: Debian's dnnl-config.cmake asks for OpenCL's headers, which the CPU does not need.
  find_library(DNNL_LIBRARY dnnl)
  find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
  find_package(OpenMP QUIET COMPONENTS CXX)
  if(DNNL_LIBRARY AND DNNL_INCLUDE_DIR AND OpenMP_CXX_FOUND)
    set(DIGITS_HAS_ONEDNN ON)
  elseif(DIGITS_ONEDNN STREQUAL "ON")
    message(FATAL_ERROR "DIGITS_ONEDNN is ON, but oneDNN or OpenMP was not found.\nRemedy: on Debian "
      "or Ubuntu, apt-get install libdnnl-dev, or leave DIGITS_ONEDNN at AUTO.")
  endif()
endif()
message(STATUS "Inference engine of oneDNN: ${DIGITS_HAS_ONEDNN}")
