# SPDX-License-Identifier: BSD-2-Clause
# Target `newlib`: the C library and its headers, built once from Debian's newlib-source package by
# build.sh. Its folder is shared by all presets and named after what goes into it, so a new
# package, script or compiler makes a new one and everything else is a no-op.
file(GLOB MACH_R_NEWLIB_SOURCE /usr/src/newlib/newlib-*.tar.xz)
if(NOT MACH_R_NEWLIB_SOURCE)
  message(FATAL_ERROR "newlib's source is missing: apt-get install newlib-source")
endif()
list(GET MACH_R_NEWLIB_SOURCE -1 MACH_R_NEWLIB_SOURCE)

set(newlib_script ${CMAKE_CURRENT_LIST_DIR}/build.sh)
set(newlib_config ${CMAKE_CURRENT_LIST_DIR}/newlib_config.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${newlib_script} ${newlib_config})
file(SHA256 ${MACH_R_NEWLIB_SOURCE} newlib_key)
file(SHA256 ${newlib_script} newlib_script_key)
file(SHA256 ${newlib_config} newlib_config_key)
string(SHA256 newlib_key
  "${newlib_key} ${newlib_script_key} ${newlib_config_key} ${CMAKE_C_COMPILER_VERSION}")
string(SUBSTRING ${newlib_key} 0 12 newlib_key)
set(MACH_R_NEWLIB_DIR ${CMAKE_SOURCE_DIR}/build/newlib-${newlib_key})

add_custom_command(
  OUTPUT ${MACH_R_NEWLIB_DIR}/complete
  BYPRODUCTS ${MACH_R_NEWLIB_DIR}/lib/libc.a ${MACH_R_NEWLIB_DIR}/lib/libm.a
  COMMAND ${CMAKE_COMMAND} -E env
    "NEWLIB_CC=${CMAKE_C_COMPILER} --target=${CMAKE_C_COMPILER_TARGET}"
    NEWLIB_AR=${CMAKE_AR} NEWLIB_RANLIB=${CMAKE_RANLIB} NEWLIB_NM=${MACH_R_NM}
    ${newlib_script} ${MACH_R_NEWLIB_SOURCE} ${newlib_config} ${MACH_R_NEWLIB_DIR}
  COMMENT "C library (newlib)" VERBATIM)
add_custom_target(newlib-build DEPENDS ${MACH_R_NEWLIB_DIR}/complete)

# libmach's headers come first: some of them complete newlib's (threads, directories).
file(MAKE_DIRECTORY ${MACH_R_NEWLIB_DIR}/include)
add_library(newlib INTERFACE)
target_include_directories(newlib SYSTEM INTERFACE ${MACH_R_NEWLIB_DIR}/include)
target_link_libraries(newlib INTERFACE
  ${MACH_R_NEWLIB_DIR}/lib/libc.a ${MACH_R_NEWLIB_DIR}/lib/libm.a)
add_dependencies(newlib newlib-build)
