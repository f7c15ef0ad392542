# SPDX-License-Identifier: MIT
# cmake -D COMPILER= -D ROOT= -D SOURCE= -P compile_fail.cmake
# Passes when SOURCE does not compile and the error contains the text of its line 1, `// expect: text`.
file(STRINGS ${SOURCE} first LIMIT_COUNT 1)
if(NOT first MATCHES "^// expect: (.+)$")
  message(FATAL_ERROR "${SOURCE}: line 1 must be `// expect: <part of the compiler's message>`")
endif()
set(expected "${CMAKE_MATCH_1}")
execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I${ROOT} ${SOURCE}
  RESULT_VARIABLE result ERROR_VARIABLE errors)
if(result EQUAL 0)
  message(FATAL_ERROR "${SOURCE} compiles, but must not; expected: ${expected}")
endif()
string(FIND "${errors}" "${expected}" found)
if(found EQUAL -1)
  message("${errors}")
  message(FATAL_ERROR "${SOURCE} is rejected, but not with: ${expected}")
endif()
