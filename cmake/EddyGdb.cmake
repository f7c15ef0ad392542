# SPDX-License-Identifier: MIT
# tools/gdb against a program of this build's compiler: unoptimised, optimised, and without debug information.

function(eddy_add_gdb_tests)
  if(EDDY_SANITIZE OR NOT TARGET eddy_io)
    return()  # a sanitizer's runtime and a debugger stand in each other's way
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(optimised "")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # Clang says what is in a coroutine's frame only at -O0
    set(optimised --locals)
  endif()
  eddy_gdb_test(unoptimised --locals -O0 -g)
  eddy_gdb_test(optimised "${optimised}" -O2 -g)
  eddy_gdb_test(no_debug_info "" -O2 -g0)
  eddy_add_test(gdb.names COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/gdb/test/names_test.py)
endfunction()

# eddy_gdb_test(name argument compile-options...)
function(eddy_gdb_test name argument)
  set(program gdb_program_${name})
  add_executable(${program} tools/gdb/test/program.cpp)
  target_link_libraries(${program} PRIVATE eddy_warnings eddy_io)
  # Compilers leave out what they expect in other files: eddy's own, which may have none.
  target_compile_options(${program} PRIVATE ${ARGN}
    $<$<CXX_COMPILER_ID:Clang>:-fstandalone-debug> $<$<CXX_COMPILER_ID:GNU>:-femit-class-debug-always>)
  eddy_add_test(gdb.${name} COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tools/gdb/test/gdb_test.py
    $<TARGET_FILE:${program}> ${argument})
endfunction()
