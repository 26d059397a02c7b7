# SPDX-License-Identifier: BSD-2-Clause
# add_mig() runs the interface compiler (mig/) over a .defs file and makes libraries of the result. The
# compiler writes a dependency file, so a change in an included .defs file, and one in the compiler
# itself, generates anew; a second build does nothing.
file(GLOB MACH_R_MIG_SOURCES CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/mig/*.py ${CMAKE_SOURCE_DIR}/mig/mig/*.py)

# One run: OUTPUTS from DEFS; the rest of the arguments are the compiler's options.
function(mig_command name defs outputs)
  set(depfile ${CMAKE_CURRENT_BINARY_DIR}/${name}.d)
  list(GET outputs 0 first)
  add_custom_command(OUTPUT ${outputs}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/mig/mig.py
            -cc "${CMAKE_C_COMPILER} -E -x c" -I${CMAKE_SOURCE_DIR}/idl/include
            -I${CMAKE_SOURCE_DIR}/kernel/include -MD -MF ${depfile} -MT ${first} ${ARGN} ${defs}
    DEPENDS ${MACH_R_MIG_SOURCES} ${defs} DEPFILE ${depfile}
    COMMENT "mig ${name}" VERBATIM COMMAND_EXPAND_LISTS)
endfunction()

# A library of generated code for user programs. Message paths use no SSE: the FPU is switched only
# for threads that use it.
function(mig_library target source folder header_directory)
  add_library(${target} STATIC EXCLUDE_FROM_ALL ${source})
  target_include_directories(${target} PUBLIC ${header_directory}
    PRIVATE ${header_directory}/${folder})
  target_compile_options(${target} PRIVATE
    -mno-implicit-float -fno-vectorize -fno-slp-vectorize)
  target_link_libraries(${target} PUBLIC mach_abi)
  if(MACH_R_HOST)
    target_include_directories(${target} PUBLIC
      ${CMAKE_SOURCE_DIR}/libmach/include ${CMAKE_SOURCE_DIR}/idl/include)
    target_link_libraries(${target} PRIVATE flags_host)
  else()
    target_link_libraries(${target} PUBLIC libmach_headers PRIVATE flags_user)
  endif()
endfunction()

# add_mig(NAME DEFS file.defs [FOLDER folder] [KERNEL_SERVER] [ASYNC])
#   mig_NAME_user      library of the callers' stubs; publishes <folder/NAME.h>
#   mig_NAME_server    library with the dispatcher NAME_server; publishes <folder/NAME_server.h>
#   mig_NAME_kserver   with KERNEL_SERVER, instead of the second: objects for the kernel; the header
#                      is <NAME_server.h>
# With ASYNC each call has its halves too: x_send, x_decode_reply; x_reply, x_reply_error.
function(add_mig name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "KERNEL_SERVER;ASYNC" "DEFS;FOLDER" "")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_DEFS)
    message(FATAL_ERROR "add_mig(${name} DEFS file.defs ...): ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_FOLDER)
    set(arg_FOLDER mach_r)
  endif()
  set_property(GLOBAL PROPERTY MACH_R_MIG_FOLDER_${name} ${arg_FOLDER})
  get_filename_component(defs ${arg_DEFS} ABSOLUTE)
  set(directory ${CMAKE_CURRENT_BINARY_DIR}/${name})
  set(forms $<$<BOOL:${arg_ASYNC}>:--async>)

  set(header ${directory}/include/${arg_FOLDER}/${name}.h)
  set(user ${directory}/${name}_user.c)
  if(arg_KERNEL_SERVER)
    mig_command(${name} ${defs} "${user};${header}" -n ${forms} -user ${user} -header ${header})
  else()
    set(server_header ${directory}/include/${arg_FOLDER}/${name}_server.h)
    set(server ${directory}/${name}_server.c)
    mig_command(${name} ${defs} "${user};${header};${server};${server_header}"
      ${forms} -user ${user} -header ${header} -server ${server} -sheader ${server_header})
    mig_library(mig_${name}_server ${server} ${arg_FOLDER} ${directory}/include)
  endif()
  mig_library(mig_${name}_user ${user} ${arg_FOLDER} ${directory}/include)

  if(arg_KERNEL_SERVER AND NOT MACH_R_HOST)
    set(kernel_header ${directory}/kernel/${name}_server.h)
    set(kernel_source ${directory}/kernel/${name}_server.c)
    mig_command(${name}-kernel ${defs} "${kernel_source};${kernel_header}"
      -n -DKERNEL_SERVER=1 -server ${kernel_source} -sheader ${kernel_header})
    add_library(mig_${name}_kserver OBJECT ${kernel_source})
    target_include_directories(mig_${name}_kserver PUBLIC ${directory}/kernel
      ${CMAKE_SOURCE_DIR}/kernel ${CMAKE_SOURCE_DIR}/kernel/arch/x86_64/include)
    target_link_libraries(mig_${name}_kserver PUBLIC flags_kernel mach_abi)
  endif()
endfunction()
