# SPDX-License-Identifier: BSD-2-Clause
# CMake toolchain of an installed SDK: cmake -DCMAKE_TOOLCHAIN_FILE=SDK/share/mach_r/toolchain.cmake.
# Compiles with clang and links with lld, by the settings of cc.json beside this file. A project gets
# mach_r_interface(TARGET FILE.defs...), which gives mig's headers and stubs to a target.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR x86_64)

get_filename_component(MACH_R_SDK ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
file(READ ${CMAKE_CURRENT_LIST_DIR}/cc.json mach_r_json)

# In OUT: the strings of cc.json's list KEY, each with PREFIX before it.
function(mach_r_setting out key prefix)
  string(JSON count LENGTH "${mach_r_json}" ${key})
  set(values "")
  math(EXPR last "${count} - 1")
  foreach(index RANGE ${last})
    string(JSON value GET "${mach_r_json}" ${key} ${index})
    list(APPEND values "${prefix}${value}")
  endforeach()
  set(${out} ${values} PARENT_SCOPE)
endfunction()

string(JSON mach_r_compiler GET "${mach_r_json}" compiler)
string(JSON mach_r_linker GET "${mach_r_json}" linker)
find_program(MACH_R_CLANG NAMES ${mach_r_compiler} clang REQUIRED)
find_program(MACH_R_LLD NAMES ${mach_r_linker} ld.lld REQUIRED)
find_program(MACH_R_AR NAMES llvm-ar-19 llvm-ar ar REQUIRED)
find_program(MACH_R_RANLIB NAMES llvm-ranlib-19 llvm-ranlib ranlib REQUIRED)
set(CMAKE_AR ${MACH_R_AR} CACHE FILEPATH "archiver")
set(CMAKE_RANLIB ${MACH_R_RANLIB} CACHE FILEPATH "archive indexer")

# With the compiler, not in CMAKE_C_FLAGS, which a project may replace. The optimisation is its choice.
mach_r_setting(mach_r_flags flags "")
list(FILTER mach_r_flags EXCLUDE REGEX "^-(O.|g)$")
mach_r_setting(mach_r_folders system_include -iwithsysroot/)
set(CMAKE_SYSROOT ${MACH_R_SDK})
set(CMAKE_C_COMPILER ${MACH_R_CLANG} ${mach_r_flags} ${mach_r_folders})
set(CMAKE_ASM_COMPILER ${CMAKE_C_COMPILER})

mach_r_setting(mach_r_link_flags link_flags "")
mach_r_setting(mach_r_library_folders library_folders "-L${MACH_R_SDK}/")
mach_r_setting(mach_r_libraries libraries "${MACH_R_SDK}/")
list(JOIN mach_r_link_flags " " mach_r_link_flags)
list(JOIN mach_r_library_folders "\" \"" mach_r_library_folders)
list(JOIN mach_r_libraries "\" \"" mach_r_libraries)
set(CMAKE_C_LINK_EXECUTABLE "\"${MACH_R_LLD}\" ${mach_r_link_flags} \"${mach_r_library_folders}\" \
<LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES> \"${mach_r_libraries}\"")
set(CMAKE_ASM_LINK_EXECUTABLE ${CMAKE_C_LINK_EXECUTABLE})

set(CMAKE_FIND_ROOT_PATH ${MACH_R_SDK})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# mach_r_interface(TARGET FILE.defs...)
# TARGET finds NAME.h and NAME_server.h of each interface and links what it uses of the stubs.
function(mach_r_interface target)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target}-interfaces)
  set(sources "")
  foreach(defs IN LISTS ARGN)
    get_filename_component(name ${defs} NAME_WE)
    get_filename_component(defs ${defs} ABSOLUTE)
    set(base ${folder}/${name})
    set(outputs ${base}User.c ${base}Server.c ${base}.h ${base}_server.h)
    add_custom_command(OUTPUT ${outputs}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
      COMMAND ${MACH_R_SDK}/bin/mach_r-mig -cc "${MACH_R_CLANG} -E -x c"
              -I${CMAKE_CURRENT_SOURCE_DIR} -user ${base}User.c -server ${base}Server.c
              -header ${base}.h -sheader ${base}_server.h ${defs}
      DEPENDS ${defs} VERBATIM)
    list(APPEND sources ${outputs})
  endforeach()
  add_library(${target}-stubs STATIC ${sources})
  target_include_directories(${target}-stubs PUBLIC ${folder} ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${target} PRIVATE ${target}-stubs)
endfunction()
