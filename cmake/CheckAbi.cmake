# Links a small program against `libraries` under LibTorch's ABI flags; stops with the remedy when
# it does not link although it does without them.
function(digits_check_abi name libraries source)
  set(variable DIGITS_${name}_ABI_FITS)
  if(${variable})
    return()
  endif()
  separate_arguments(flags UNIX_COMMAND "${TORCH_CXX_FLAGS}")
  file(WRITE ${CMAKE_BINARY_DIR}/abi/${name}.cpp "${source}")
  try_compile(${variable} ${CMAKE_BINARY_DIR}/abi/${name} ${CMAKE_BINARY_DIR}/abi/${name}.cpp
    COMPILE_DEFINITIONS ${flags}
    LINK_LIBRARIES ${libraries} Threads::Threads
    CXX_STANDARD 17
    OUTPUT_VARIABLE log)
  if(NOT ${variable})
    unset(${variable} CACHE)
    message(FATAL_ERROR
      "${name} does not link with LibTorch's flags (${TORCH_CXX_FLAGS}): an ABI mismatch.\n"
      "Remedy: take the LibTorch download named cxx11 ABI, whose std::string is that of your "
      "distribution, or build ${name} with these flags.\n${log}")
  endif()
endfunction()
