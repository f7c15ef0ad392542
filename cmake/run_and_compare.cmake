# SPDX-License-Identifier: MIT
# cmake -D PROGRAM= -D EXPECTED= -P run_and_compare.cmake
# Passes when PROGRAM exits with 0 and prints exactly the file EXPECTED (if there is one). What stands beside it in a
# .stdin file is its input.
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
  execute_process(COMMAND diff -u ${EXPECTED} ${actual} RESULT_VARIABLE differs OUTPUT_VARIABLE difference)
  if(NOT differs EQUAL 0)
    message("${difference}")  # FATAL_ERROR would wrap its lines
    message(FATAL_ERROR "${name} does not print ${EXPECTED}")
  endif()
endif()
