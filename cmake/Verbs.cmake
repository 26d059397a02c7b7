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
add_custom_target(format
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/check_format.py --fix)
