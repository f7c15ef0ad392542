# SPDX-License-Identifier: MIT
# Every eddy/<layer>/**/*_test.cpp goes into one program, <layer>_tests, which runs on both pollers.
find_package(GTest REQUIRED)

set(EDDY_TEST_ENVIRONMENT
  ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=0
  UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  TSAN_OPTIONS=halt_on_error=1)

# Clang's runtimes look for a symbolizer without a version in its name, which Debian does not install.
if(EDDY_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  string(REGEX MATCH "^[0-9]+" major ${CMAKE_CXX_COMPILER_VERSION})
  find_program(EDDY_SYMBOLIZER llvm-symbolizer-${major} llvm-symbolizer)
  mark_as_advanced(EDDY_SYMBOLIZER)
  if(EDDY_SYMBOLIZER)
    list(TRANSFORM EDDY_TEST_ENVIRONMENT APPEND ":external_symbolizer_path=${EDDY_SYMBOLIZER}")
  endif()
endif()

function(eddy_add_layer_tests)
  eddy_test_pch()
  foreach(layer IN LISTS EDDY_LAYERS)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS eddy/${layer}/*_test.cpp)
    if(sources AND (NOT EDDY_TEST_LAYERS OR layer IN_LIST EDDY_TEST_LAYERS))
      eddy_layer_tests(${layer} ${sources})
    endif()
  endforeach()
endfunction()

function(eddy_layer_tests layer)
  set(program ${layer}_tests)
  add_executable(${program} ${ARGN})
  target_link_libraries(${program} PRIVATE eddy_warnings eddy_${layer} GTest::gtest GTest::gmock)
  if(TARGET eddy_test)
    target_link_libraries(${program} PRIVATE eddy_test)
  endif()
  if(TARGET eddy_test_main)
    target_link_libraries(${program} PRIVATE eddy_test_main)
  else()
    target_link_libraries(${program} PRIVATE GTest::gtest_main)
  endif()
  if(ARGN MATCHES "_property_test\\.cpp")
    find_package(rapidcheck REQUIRED)
    target_link_libraries(${program} PRIVATE rapidcheck)
  endif()
  if(EDDY_PCH)
    target_precompile_headers(${program} REUSE_FROM eddy_test_pch)
  endif()
  foreach(backend uring epoll)
    eddy_add_test(${program}.${backend} COMMAND ${program} ENVIRONMENT EDDY_BACKEND=${backend})
  endforeach()
  if(EDDY_TEST_DEBUG_MODE)  # no false alarms: a finding that a test did not provoke fails it
    eddy_add_test(${program}.debug_mode COMMAND ${program} ENVIRONMENT EDDY_DEBUG=1)
  endif()
endfunction()

# eddy_add_test(name COMMAND ... [ENVIRONMENT ...]): add_test with what all our tests share.
# A test that cannot run on this machine exits with 77 and is shown as skipped.
function(eddy_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "COMMAND;ENVIRONMENT")
  set(name ${EDDY_TEST_PREFIX}${name})
  add_test(NAME ${name} COMMAND ${arg_COMMAND} WORKING_DIRECTORY ${PROJECT_BINARY_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77
    ENVIRONMENT "${EDDY_TEST_ENVIRONMENT};${arg_ENVIRONMENT}")
endfunction()

# One precompiled header for all test programs: gtest costs a second and a half a file without it.
function(eddy_test_pch)
  if(NOT EDDY_PCH)
    return()
  endif()
  file(WRITE ${PROJECT_BINARY_DIR}/test_pch.cpp "// Only here to own the precompiled header.\n")
  add_library(eddy_test_pch OBJECT ${PROJECT_BINARY_DIR}/test_pch.cpp)
  target_link_libraries(eddy_test_pch PRIVATE eddy_warnings GTest::gtest GTest::gmock)
  find_package(Threads REQUIRED)
  target_link_libraries(eddy_test_pch PRIVATE Threads::Threads)
  target_precompile_headers(eddy_test_pch PRIVATE
    <gtest/gtest.h> <algorithm> <chrono> <coroutine> <functional> <memory> <optional> <string> <vector>)
  # A time stamp inside the header would make ccache miss on everything that uses it.
  target_compile_options(eddy_test_pch PRIVATE "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endfunction()

# eddy/**/compile_fail/*.cpp must not compile, and the compiler must say what its first line expects.
function(eddy_add_compile_fail_tests)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS eddy/*.cpp)
  list(FILTER sources INCLUDE REGEX "/compile_fail/[^/]*\\.cpp$")
  foreach(source IN LISTS sources)
    cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR}/eddy OUTPUT_VARIABLE name)
    string(REGEX REPLACE "/compile_fail/|/" "." name ${name})
    string(REGEX REPLACE "\\.cpp$" "" name ${name})
    eddy_add_test(compile_fail.${name} COMMAND ${CMAKE_COMMAND} -D COMPILER=${CMAKE_CXX_COMPILER}
      -D ROOT=${PROJECT_SOURCE_DIR} -D SOURCE=${source} -P ${PROJECT_SOURCE_DIR}/cmake/compile_fail.cmake)
  endforeach()
endfunction()

# The quick checks of `./dev check`; each is also shown a bad sample first, so that it can fail.
function(eddy_add_guards)
  if(NOT EDDY_GUARDS)
    return()
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  foreach(check layers header_budget coroutine_shapes lengths doc_snippets)
    set(script ${PROJECT_SOURCE_DIR}/tools/check/${check}.py)
    eddy_add_test(guards.${check} COMMAND ${Python3_EXECUTABLE} ${script})
    eddy_add_test(guards.${check}.self_test COMMAND ${Python3_EXECUTABLE} ${script} --self-test)
  endforeach()
  foreach(tool guard/guard peers/selftest)  # what judges benchmarks: a judge that never condemns is none
    cmake_path(GET tool PARENT_PATH name)
    eddy_add_test(guards.bench_${name}.self_test
      COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/bench/${tool}.py --self-test)
  endforeach()
endfunction()

function(eddy_add_install_test)
  if(NOT EDDY_TEST_INSTALL OR NOT EXISTS ${PROJECT_SOURCE_DIR}/eddy/eddy.h)
    return()
  endif()
  eddy_add_test(install_consumer COMMAND ${CMAKE_COMMAND} -D BUILD=${PROJECT_BINARY_DIR}
    -D SOURCE=${PROJECT_SOURCE_DIR}/cmake/consumer -D COMPILER=${CMAKE_CXX_COMPILER}
    -D GENERATOR=${CMAKE_GENERATOR} -P ${PROJECT_SOURCE_DIR}/cmake/install_consumer.cmake)
endfunction()
