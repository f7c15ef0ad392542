# SPDX-License-Identifier: MIT
# cmake -D PROGRAM= -D EXPECTED= -P run_and_compare.cmake
# Passes when PROGRAM exits with 0 and prints exactly the file EXPECTED (if there is one). What stands beside it in a
# .stdin file is its input. Any address is as good as any other.
cmake_path(GET PROGRAM FILENAME name)
set(actual ${CMAKE_CURRENT_BINARY_DIR}/${name}.actual)
set(input /dev/null)
string(REGEX REPLACE "[.]expected$" ".stdin" stdin "${EXPECTED}")
if(EXISTS "${stdin}" AND NOT stdin STREQUAL EXPECTED)
  set(input ${stdin})
endif()
execute_process(COMMAND ${PROGRAM} RESULT_VARIABLE result INPUT_FILE ${input} OUTPUT_FILE ${actual})
if(NOT result EQUAL 0)
  file(READ ${actual} text)
  message("${text}")
  message(FATAL_ERROR "${name} ended with ${result}; what it printed stands above")
endif()
if(EXISTS ${EXPECTED})
  foreach(file IN ITEMS EXPECTED actual)
    execute_process(COMMAND sed -E "s/0x[0-9a-f]{6,}/0x555555/g" ${${file}} OUTPUT_FILE ${actual}.${file})
  endforeach()
  execute_process(COMMAND diff -u ${actual}.EXPECTED ${actual}.actual RESULT_VARIABLE differs OUTPUT_VARIABLE difference)
  if(NOT differs EQUAL 0)
    message("${difference}")  # FATAL_ERROR would wrap its lines
    message(FATAL_ERROR "${name} does not print ${EXPECTED}")
  endif()
endif()
