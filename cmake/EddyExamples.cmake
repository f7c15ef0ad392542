# SPDX-License-Identifier: MIT
# examples/<stem>.cpp -> program <stem>; its output must equal examples/<stem>.expected.
# Code in README.md and docs/ is extracted, built and run the same way.

function(eddy_add_examples)
  file(GLOB sources CONFIGURE_DEPENDS examples/*.cpp)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    set(expected ${PROJECT_SOURCE_DIR}/examples/${stem}.expected)
    if(NOT EXISTS ${expected})
      message(FATAL_ERROR "examples/${stem}.cpp: no examples/${stem}.expected; write the output it must print there")
    endif()
    if(stem MATCHES "_test$")  # shows the test kit
      if(NOT TARGET eddy_test)
        continue()
      endif()
      eddy_program(${stem} ${source} example.${stem} ${expected})
      target_link_libraries(${stem} PRIVATE eddy_test)
    else()
      eddy_program(${stem} ${source} example.${stem} ${expected})
    endif()
  endforeach()
  eddy_add_demo()
endfunction()

# examples/demo.txt: `stem  title`, one a line, in the order of the tour. `./dev demo` runs them.
function(eddy_add_demo)
  set(list ${PROJECT_SOURCE_DIR}/examples/demo.txt)
  if(NOT EXISTS ${list})
    return()
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
  file(STRINGS ${list} lines REGEX "^[a-z0-9]")
  list(TRANSFORM lines REPLACE "^([^ \t]+).*" "\\1")
  add_custom_target(eddy_demo DEPENDS ${lines})
endfunction()

function(eddy_add_doc_snippets)
  file(GLOB_RECURSE pages CONFIGURE_DEPENDS README.md docs/*.md)
  if(EXISTS ${PROJECT_SOURCE_DIR}/README.md)
    list(APPEND pages ${PROJECT_SOURCE_DIR}/README.md)
  endif()
  set(script ${PROJECT_SOURCE_DIR}/tools/check/doc_snippets.py)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${pages} ${script})
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  execute_process(COMMAND ${Python3_EXECUTABLE} ${script} --out ${PROJECT_BINARY_DIR}/docs
    OUTPUT_VARIABLE sources OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" sources "${sources}")
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    cmake_path(REPLACE_EXTENSION source expected OUTPUT_VARIABLE expected)
    eddy_program(doc_${stem} ${source} docs.${stem} ${expected})
    # The #line that points into the page makes GCC take the program for a header.
    target_compile_options(doc_${stem} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  endforeach()
endfunction()

# A program against eddy::eddy and a test that runs it. Without an expected file it must only succeed.
function(eddy_program target source test expected)
  add_executable(${target} ${source})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/examples)
  target_link_libraries(${target} PRIVATE eddy_warnings eddy::eddy)
  if(EDDY_TESTS)
    eddy_add_test(${test} COMMAND ${CMAKE_COMMAND} -D PROGRAM=$<TARGET_FILE:${target}>
      -D EXPECTED=${expected} -P ${PROJECT_SOURCE_DIR}/cmake/run_and_compare.cmake)
  endif()
endfunction()
