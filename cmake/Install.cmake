# `cmake --install`: the program, and the libraries up to src/inference with their headers, so that
# another C++ program can use a package: find_package(digits), then link digits::inference. See
# examples/cpp.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(headers ${CMAKE_INSTALL_INCLUDEDIR}/digits)  # "inference/package.h" is found below
set(config ${CMAKE_INSTALL_LIBDIR}/cmake/digits)
foreach(folder base data synthetic repository metrics behaviour model inference)
  install(TARGETS digits_${folder} EXPORT digits_targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} INCLUDES DESTINATION ${headers})
  set_target_properties(digits_${folder} PROPERTIES EXPORT_NAME ${folder})
  install(DIRECTORY src/${folder} DESTINATION ${headers} FILES_MATCHING PATTERN "*.h")
endforeach()
# The installed program finds a LibTorch outside of the system's folders at its path in the build.
set_target_properties(digits PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
install(TARGETS digits RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

install(EXPORT digits_targets FILE digitsTargets.cmake NAMESPACE digits:: DESTINATION ${config})
configure_package_config_file(cmake/digitsConfig.cmake.in ${PROJECT_BINARY_DIR}/digitsConfig.cmake
  INSTALL_DESTINATION ${config})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/digitsConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/digitsConfig.cmake ${PROJECT_BINARY_DIR}/digitsConfigVersion.cmake
  DESTINATION ${config})
