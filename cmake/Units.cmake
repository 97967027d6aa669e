# Compiles several files of a folder as one unit: most of a file's time is its headers. Names in unnamed
# namespaces are therefore unique in their folder. CMAKE_UNITY_BUILD writes the absolute paths of the files
# into its units, so that the compiler cache finds none of them in a copy of the tree; here they are relative.
set(DIGITS_UNIT_SIZE 8 CACHE STRING "Files of a folder that are compiled as one; 1: each by itself")

# digits_units(OUT NAME FILE...)
#
# Sets OUT to the sources of the target NAME: units that include FILE..., which lie in the project. A file with
# definitions or options of its own, which must be set before, stays by itself.
function(digits_units out name)
  set(sources "")
  set(together "")
  foreach(file ${ARGN})
    cmake_path(ABSOLUTE_PATH file NORMALIZE)
    get_source_file_property(definitions ${file} COMPILE_DEFINITIONS)
    get_source_file_property(options ${file} COMPILE_OPTIONS)
    if(definitions OR options OR DIGITS_UNIT_SIZE LESS 2)
      list(APPEND sources ${file})
    else()
      cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE path)
      list(APPEND together ${path})
    endif()
  endforeach()
  set(number 0)
  while(together)
    list(SUBLIST together 0 ${DIGITS_UNIT_SIZE} batch)
    list(REMOVE_ITEM together ${batch})
    list(TRANSFORM batch REPLACE "(.+)" "#include \"\\1\"\n")
    list(JOIN batch "" includes)
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/units/${name}_${number}.cpp)
    file(CONFIGURE OUTPUT ${unit} CONTENT "${includes}" @ONLY)
    set_source_files_properties(${unit} PROPERTIES INCLUDE_DIRECTORIES ${PROJECT_SOURCE_DIR})
    list(APPEND sources ${unit})
    math(EXPR number "${number} + 1")
  endwhile()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()
