# SPDX-License-Identifier: BSD-2-Clause
# Targets for people: files (all that an image holds), run, debug, check, format.
if(NOT MACH_R_HOST)
  finish_image()
  if(TARGET libmach)
    finish_sdk()
  endif()
endif()

add_custom_target(run COMMAND ${CMAKE_SOURCE_DIR}/scripts/run USES_TERMINAL)
add_custom_target(debug COMMAND ${CMAKE_SOURCE_DIR}/scripts/run --gdb USES_TERMINAL)
add_custom_target(check COMMAND ${CMAKE_SOURCE_DIR}/scripts/test USES_TERMINAL)

find_program(MACH_R_CLANG_FORMAT NAMES clang-format-19 clang-format)
if(MACH_R_CLANG_FORMAT)
  add_custom_target(format
    COMMAND git ls-files -z "*.c" "*.h" | xargs -0 ${MACH_R_CLANG_FORMAT} -i
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endif()
