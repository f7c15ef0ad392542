# SPDX-License-Identifier: MIT
# Release only: a benchmark of a debug build misleads.

if(NOT CMAKE_BUILD_TYPE STREQUAL "Release" OR EDDY_SANITIZE)
  message(STATUS "benchmarks: skipped, not a release build")
  set(EDDY_BENCH OFF)
  set(EDDY_PEERS OFF)
endif()

# Every *_bench.cpp -> bench_<stem>.
function(eddy_add_benchmarks)
  find_package(benchmark REQUIRED)
  file(GLOB sources CONFIGURE_DEPENDS bench/*_bench.cpp)
  file(GLOB_RECURSE beside CONFIGURE_DEPENDS eddy/*_bench.cpp)
  foreach(source IN LISTS sources beside)
    cmake_path(GET source STEM stem)
    string(REGEX REPLACE "_bench$" "" stem ${stem})
    add_executable(bench_${stem} ${source})
    target_link_libraries(bench_${stem} PRIVATE eddy_warnings eddy::eddy benchmark::benchmark)
    set_target_properties(bench_${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  endforeach()
endfunction()

# The C++ programs among the peers: bench/peers/<peer>/*.cpp -> peer_<peer>, where its package is there.
function(eddy_add_peers)
  find_package(TBB QUIET)
  find_path(EDDY_ASIO asio.hpp)
  mark_as_advanced(EDDY_ASIO)
  add_library(eddy_peer OBJECT bench/peers/scenario.cpp)
  target_include_directories(eddy_peer PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(eddy_peer PRIVATE eddy_warnings)

  eddy_add_peer(eddy eddy::eddy)
  target_compile_definitions(peer_eddy PRIVATE EDDY_BENCH_VERSION="${PROJECT_VERSION}")
  if(EDDY_ASIO)
    find_package(Threads REQUIRED)
    eddy_add_peer(asio Threads::Threads)
    # Debian 12's Asio looks for Clang's coroutines where they were before C++20.
    target_compile_definitions(peer_asio PRIVATE ASIO_HAS_CO_AWAIT)
  endif()
  if(TBB_FOUND)
    eddy_add_peer(onetbb TBB::tbb)
  endif()
endfunction()

function(eddy_add_peer name library)
  file(GLOB sources CONFIGURE_DEPENDS bench/peers/${name}/*.cpp)
  add_executable(peer_${name} ${sources})
  target_link_libraries(peer_${name} PRIVATE eddy_warnings eddy_peer ${library})
  set_target_properties(peer_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
endfunction()
