# SPDX-License-Identifier: MIT
# Options and compiler flags. Presets (CMakePresets.json) set the options; flags live here only.

option(EDDY_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(EDDY_EXAMPLES "Build examples/" ${PROJECT_IS_TOP_LEVEL})
option(EDDY_DOCS "Build and run the code in README.md and docs/" ${PROJECT_IS_TOP_LEVEL})
option(EDDY_BENCH "Build the benchmarks (release builds only)" OFF)
option(EDDY_PEERS "Build the C++ programs in bench/peers/ (release builds only)" OFF)
option(EDDY_WERROR "Warnings are errors" OFF)
option(EDDY_PCH "Precompile gtest and common std headers for the tests" ON)
option(EDDY_VERIFY_HEADERS "Compile every header alone" OFF)
option(EDDY_GUARDS "Run the repository's checks as tests" OFF)
option(EDDY_TEST_INSTALL "Test that an installed eddy can be used" OFF)
option(EDDY_TEST_DEBUG_MODE "Run the test programs once more in debug mode" OFF)
set(EDDY_TEST_LAYERS "" CACHE STRING "Layers whose tests are built; empty for all")
set(EDDY_SANITIZE "" CACHE STRING "'', address (ASan+UBSan), address-only, thread")
set_property(CACHE EDDY_SANITIZE PROPERTY STRINGS "" address address-only thread)
set(EDDY_TEST_PREFIX "" CACHE STRING "Put before every test name, so that several builds fit one ctest run")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ${EDDY_VERIFY_HEADERS})

# ccache refuses precompiled headers unless told that time stamps in them do not matter.
find_program(EDDY_CCACHE ccache)
mark_as_advanced(EDDY_CCACHE)
if(EDDY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${EDDY_CCACHE})
endif()

# Flags for our own code; consumers see none of them but the language standard.
add_library(eddy_warnings INTERFACE)
target_compile_options(eddy_warnings INTERFACE
  -Wall -Wextra -Wshadow -Woverloaded-virtual -Wold-style-cast -Wcast-align
  -Wextra-semi -Wimplicit-fallthrough -Wredundant-move $<$<BOOL:${EDDY_WERROR}>:-Werror>
  # GCC 12's flow analysis does not understand coroutine frames: these fire on correct code only.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-mismatched-new-delete>
  # Nor does it understand "text" + std::string (GCC bug 105329).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)

# Sanitizers go to the whole directory, so that no object escapes them.
if(EDDY_SANITIZE STREQUAL "address")
  # object-size costs a third of the compile time and finds nothing that ASan does not.
  set(sanitizer -fsanitize=address,undefined -fno-sanitize=object-size -fno-sanitize-recover=all)
elseif(EDDY_SANITIZE STREQUAL "address-only")
  set(sanitizer -fsanitize=address)
elseif(EDDY_SANITIZE STREQUAL "thread")
  set(sanitizer -fsanitize=thread)
elseif(NOT EDDY_SANITIZE STREQUAL "")
  message(FATAL_ERROR "EDDY_SANITIZE=${EDDY_SANITIZE}: use address, address-only, thread or nothing")
endif()
if(EDDY_SANITIZE)
  add_compile_options(${sanitizer} -fno-omit-frame-pointer)
  add_link_options(${sanitizer})
endif()
