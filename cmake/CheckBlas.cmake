# Stops if LibTorch would run on the reference BLAS. An official LibTorch needs no check: it links MKL
# or OpenBLAS statically.
function(digits_check_blas)
  get_filename_component(torch_library "${TORCH_LIBRARY}" REALPATH)
  get_filename_component(directory "${torch_library}" DIRECTORY)
  execute_process(COMMAND ldd ${directory}/libtorch_cpu.so OUTPUT_VARIABLE needed ERROR_QUIET)
  if(NOT needed MATCHES "libblas\\.so\\.3 => ([^ ]+)")
    return()
  endif()
  set(blas "${CMAKE_MATCH_1}")
  if(DEFINED DIGITS_BLAS_LIBRARY)  # for the test of this check
    set(blas "${DIGITS_BLAS_LIBRARY}")
  endif()
  # OpenBLAS, BLIS and MKL name themselves in their real path or their own dependencies.
  get_filename_component(blas "${blas}" REALPATH)
  execute_process(COMMAND ldd ${blas} OUTPUT_VARIABLE behind ERROR_QUIET)
  if("${blas} ${behind}" MATCHES "openblas|mkl|blis|atlas")
    message(STATUS "BLAS: ${blas}")
    return()
  endif()
  message(FATAL_ERROR
    "LibTorch would run on the reference BLAS (${blas}), about 40 times slower.\n"
    "Remedy: apt-get install libopenblas0-pthread; if it is installed, "
    "update-alternatives --config libblas.so.3-${CMAKE_LIBRARY_ARCHITECTURE} selects it.")
endfunction()
