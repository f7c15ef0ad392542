# SPDX-License-Identifier: MIT
# cmake -D BUILD= -D SOURCE= -D COMPILER= -D GENERATOR= -P install_consumer.cmake
# Installs BUILD into a fresh prefix, then builds and runs SOURCE against it: by CMake, and by pkg-config.
set(work ${BUILD}/install_consumer)
set(prefix ${work}/prefix)
file(REMOVE_RECURSE ${work})

function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message("${output}")
    message(FATAL_ERROR "failed (${result}): ${command}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(expect_hello program)
  step(${program})
  if(NOT output STREQUAL "hello from an installed eddy\n")
    message(FATAL_ERROR "${program} printed: ${output}")
  endif()
endfunction()

step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})
step(${CMAKE_COMMAND} -S ${SOURCE} -B ${work}/cmake -G ${GENERATOR} -D CMAKE_PREFIX_PATH=${prefix}
     -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_BUILD_TYPE=Release)
step(${CMAKE_COMMAND} --build ${work}/cmake)
expect_hello(${work}/cmake/consumer)

file(GLOB_RECURSE pc ${prefix}/*/eddy.pc)
cmake_path(GET pc PARENT_PATH folder)
set(ENV{PKG_CONFIG_PATH} ${folder})
step(sh -c "${COMPILER} -std=c++20 ${SOURCE}/main.cpp $(pkg-config --cflags --libs eddy) -o ${work}/by_pkg_config")
expect_hello(${work}/by_pkg_config)

find_program(gdb gdb)
if(gdb)
  step(${gdb} -nx -batch -ex "source ${prefix}/share/eddy/gdb/eddy.py" -ex "help eddy")
  if(NOT output MATCHES "eddy tasks")
    message(FATAL_ERROR "gdb has not learnt the installed commands: ${output}")
  endif()
endif()
