# DIGITS_ONNX_LIBRARIES: what src/onnx writes models for other runtimes with; empty where the
# exporter is left out. Debian's LibTorch loads the same ones.
if(NOT DIGITS_ONNX MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "DIGITS_ONNX is ${DIGITS_ONNX}, expected AUTO, ON or OFF.")
endif()
set(DIGITS_ONNX_LIBRARIES "")
if(NOT DIGITS_ONNX STREQUAL "OFF")
  # Named by ONNX's targets, but not found by its package. An official LibTorch defines an empty
  # protobuf::libprotobuf, so the library is named beside it.
  find_package(Protobuf QUIET)
  if(Protobuf_FOUND)
    find_package(ONNX CONFIG QUIET)
  endif()
  if(TARGET ONNX::onnx)
    set(DIGITS_ONNX_LIBRARIES ONNX::onnx ${Protobuf_LIBRARIES})
  elseif(TARGET onnx)  # before ONNX 1.17
    set(DIGITS_ONNX_LIBRARIES onnx ${Protobuf_LIBRARIES})
  endif()
endif()
if(DIGITS_ONNX_LIBRARIES)
  message(STATUS "ONNX ${ONNX_VERSION}")
elseif(DIGITS_ONNX STREQUAL "ON")
  message(FATAL_ERROR
    "ONNX wanted (DIGITS_ONNX=ON), but it was not found.\n"
    "Remedy: on Debian or Ubuntu, apt-get install libonnx-dev libprotobuf-dev; elsewhere, install "
    "it and point CMAKE_PREFIX_PATH at it, or leave DIGITS_ONNX at AUTO.")
endif()
