# SPDX-License-Identifier: MIT
# Every *_bench.cpp -> bench_<stem>. Release only: a benchmark of a debug build misleads.

function(eddy_add_benchmarks)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Release" OR EDDY_SANITIZE)
    message(STATUS "benchmarks: skipped, not a release build")
    return()
  endif()
  find_package(benchmark REQUIRED)
  find_package(TBB QUIET)  # a peer
  file(GLOB sources CONFIGURE_DEPENDS bench/*_bench.cpp)
  file(GLOB_RECURSE beside CONFIGURE_DEPENDS eddy/*_bench.cpp)
  foreach(source IN LISTS sources beside)
    cmake_path(GET source STEM stem)
    string(REGEX REPLACE "_bench$" "" stem ${stem})
    add_executable(bench_${stem} ${source})
    target_link_libraries(bench_${stem} PRIVATE eddy_warnings eddy::eddy benchmark::benchmark)
    if(stem STREQUAL "threads" AND TBB_FOUND)
      target_link_libraries(bench_${stem} PRIVATE TBB::tbb)
      target_compile_definitions(bench_${stem} PRIVATE EDDY_BENCH_TBB)
    endif()
    set_target_properties(bench_${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  endforeach()
endfunction()
