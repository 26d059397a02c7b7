# SPDX-License-Identifier: BSD-2-Clause
# Programs that run on Mach_R: static ELF files at 4 MiB, each segment on pages of its own, linked
# with libmach and the C library. Each call also says where the program lies in the boot archive.

# Compiler support routines (128-bit division and the like) for user programs.
if(NOT MACH_R_HOST)
  execute_process(COMMAND ${CMAKE_C_COMPILER} -print-resource-dir
    OUTPUT_VARIABLE resource_dir OUTPUT_STRIP_TRAILING_WHITESPACE)
  find_file(MACH_R_BUILTINS libclang_rt.builtins-x86_64.a REQUIRED NO_DEFAULT_PATH
    NO_CMAKE_FIND_ROOT_PATH PATHS ${resource_dir}/lib/linux)
endif()

set(MACH_R_USER_LINK_FLAGS -m elf_x86_64 -static -nostdlib --gc-sections --build-id=none
  --image-base=0x400000 -zmax-page-size=4096 -zseparate-code -znoexecstack -znorelro -e _start)

# add_to_initrd(SET DEST FILE [TARGET])
# Put FILE at path DEST into the boot archive of SET: system (every image), test or bench.
function(add_to_initrd set destination file)
  set_property(GLOBAL APPEND PROPERTY MACH_R_INITRD_${set} "${destination}=${file}")
  set_property(GLOBAL APPEND PROPERTY MACH_R_INITRD_FILES ${file} ${ARGN})
endfunction()

# The common part: NAME linked into bin/ of the build tree, a stripped copy for FOLDER of the archive.
# The copy keeps the symbol table, by which crash reports name functions, and drops debug data.
function(user_executable name folder set)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "" "SOURCES;MIG_USER;MIG_SERVER;LIBS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "${name}: unknown or missing arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(MACH_R_HOST)
    return()
  endif()
  list(TRANSFORM arg_MIG_USER REPLACE "(.+)" "mig_\\1_user")
  list(TRANSFORM arg_MIG_SERVER REPLACE "(.+)" "mig_\\1_server")
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE flags_user mach_abi
    ${arg_MIG_SERVER} ${arg_MIG_USER} ${arg_LIBS} libmach ${MACH_R_BUILTINS})
  target_link_options(${name} PRIVATE ${MACH_R_USER_LINK_FLAGS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

  set(copy ${CMAKE_BINARY_DIR}/root/${folder}/${name})
  add_custom_command(OUTPUT ${copy}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/root/${folder}
    COMMAND ${MACH_R_OBJCOPY} --strip-debug $<TARGET_FILE:${name}> ${copy}
    DEPENDS ${name} VERBATIM)
  add_custom_target(${name}-image DEPENDS ${copy})
  add_to_initrd(${set} ${folder}/${name} ${copy} ${name}-image)
endfunction()

# add_program(NAME SOURCES file... [MIG_USER name...] [MIG_SERVER name...] [LIBS target...])
# A program in /bin. In a folder that sets MACH_R_IMAGE_SET (tests/bench) only in that set's images.
function(add_program name)
  set(set system)
  if(DEFINED MACH_R_IMAGE_SET)
    set(set ${MACH_R_IMAGE_SET})
  endif()
  user_executable(${name} bin ${set} ${ARGN})
endfunction()

# add_server(NAME ...): the same in /servers. The server named init is the boot module of that name.
function(add_server name)
  if(name STREQUAL "init")
    user_executable(${name} servers module ${ARGN})
  else()
    user_executable(${name} servers system ${ARGN})
  endif()
endfunction()

# add_system_test(NAME ...): the same in /tests, only in the test images.
function(add_system_test name)
  user_executable(${name} tests test ${ARGN})
endfunction()
