# Links a small program against `libraries`, with and without LibTorch's ABI flags. If it links only
# without them, LibTorch and the library were built with different std::string: an error with the remedy.
# CMake continues with the next check, so that one configure step names all such libraries.
function(digits_check_abi name libraries source)
  if(DIGITS_${name}_ABI_FITS)
    return()
  endif()
  set(file ${CMAKE_BINARY_DIR}/abi/${name}.cpp)
  file(WRITE ${file} "${source}")
  try_compile(DIGITS_${name}_ABI_FITS ${CMAKE_BINARY_DIR}/abi/${name} ${file}
    COMPILE_DEFINITIONS ${DIGITS_TORCH_FLAGS}
    LINK_LIBRARIES ${libraries} Threads::Threads
    CXX_STANDARD ${CMAKE_CXX_STANDARD}
    OUTPUT_VARIABLE log)
  if(DIGITS_${name}_ABI_FITS)
    return()
  endif()
  unset(DIGITS_${name}_ABI_FITS CACHE)
  try_compile(links_alone ${CMAKE_BINARY_DIR}/abi/${name} ${file}
    LINK_LIBRARIES ${libraries} Threads::Threads
    CXX_STANDARD ${CMAKE_CXX_STANDARD})
  if(NOT links_alone)
    message(FATAL_ERROR "${name} does not compile or link at all: is its installation complete?\n${log}")
  endif()
  message(SEND_ERROR
    "An ABI mismatch: ${name} links alone, but not with LibTorch's flags (${DIGITS_TORCH_FLAGS}).\n"
    "Remedy: use the LibTorch download named cxx11 ABI, whose std::string is that of your "
    "distribution, or build ${name} with these flags.")
endfunction()
