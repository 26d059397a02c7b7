# SPDX-License-Identifier: BSD-2-Clause
# add_layer() compiles one folder of the kernel; add_kernel() links layers into a bootable ELF file
# that carries its own symbol table.

# add_layer(NAME SOURCES file...)
# Object library layer_NAME. The same call serves the target and, in preset host, the host program
# in which <machine/...> comes from tests/host instead of the architecture's folder.
function(add_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "add_layer(${name} SOURCES file...): ${arg_UNPARSED_ARGUMENTS}")
  endif()
  add_library(layer_${name} OBJECT ${arg_SOURCES})
  target_include_directories(layer_${name} PUBLIC ${CMAKE_SOURCE_DIR}/kernel)
  if(MACH_R_HOST)
    target_include_directories(layer_${name} PUBLIC
      ${CMAKE_SOURCE_DIR}/tests/host ${CMAKE_SOURCE_DIR}/tests/host/include)
    target_link_libraries(layer_${name} PUBLIC flags_host mach_abi)
  else()
    target_include_directories(layer_${name} PUBLIC
      ${CMAKE_SOURCE_DIR}/kernel/arch/x86_64 ${CMAKE_SOURCE_DIR}/kernel/arch/x86_64/include)
    target_link_libraries(layer_${name} PUBLIC flags_kernel mach_abi)
  endif()
endfunction()

# In OUT: the objects of the given layers and of the kernel-side MIG stubs they link.
function(kernel_objects out)
  set(objects "")
  foreach(layer IN LISTS ARGN)
    list(APPEND objects $<TARGET_OBJECTS:layer_${layer}>)
    get_target_property(links layer_${layer} LINK_LIBRARIES)
    foreach(library IN LISTS links)
      if(library MATCHES "^mig_.*_kserver$")
        list(APPEND objects $<TARGET_OBJECTS:${library}>)
      endif()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES objects)
  set(${out} ${objects} PARENT_SCOPE)
endfunction()

# One link of a kernel: TARGET from the objects and one symbol table file.
function(kernel_link target table)
  set(script ${CMAKE_SOURCE_DIR}/kernel/arch/x86_64/kernel.ld)
  add_executable(${target} ${ARGN} ${table})
  target_link_libraries(${target} PRIVATE flags_kernel)
  target_link_options(${target} PRIVATE
    -m elf_x86_64 -static -nostdlib --gc-sections --build-id=none -znoexecstack
    -zmax-page-size=4096 -T ${script})
  set_target_properties(${target} PROPERTIES SUFFIX ".elf" LINK_DEPENDS ${script}
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/boot)
endfunction()

# add_kernel(NAME LAYERS layer...)
# NAME.elf in boot/. The symbol table inside it (kernel/lib/ksyms.h) needs the final addresses, so
# the kernel is linked twice: with an empty table, and with the one made from the first result. The
# table names code only and lies behind all of it, so the second link moves none; mkksyms.py
# --check fails the build if that ever stops being true.
function(add_kernel name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LAYERS")
  kernel_objects(objects ${arg_LAYERS})
  set(tool ${CMAKE_SOURCE_DIR}/scripts/mkksyms.py)
  set(make_table ${Python3_EXECUTABLE} ${tool} --nm ${MACH_R_NM} --dwarfdump ${MACH_R_DWARFDUMP})
  set(work ${CMAKE_CURRENT_BINARY_DIR})
  add_custom_command(OUTPUT ${work}/${name}-empty.S
    COMMAND ${Python3_EXECUTABLE} ${tool} --empty -o ${work}/${name}-empty.S
    DEPENDS ${tool} VERBATIM)
  kernel_link(${name}-pass1 ${work}/${name}-empty.S ${objects})
  set_target_properties(${name}-pass1 PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${work})
  add_custom_command(OUTPUT ${work}/${name}-ksyms.S
    COMMAND ${make_table} $<TARGET_FILE:${name}-pass1> -o ${work}/${name}-ksyms.S
    DEPENDS ${tool} ${name}-pass1 VERBATIM)
  kernel_link(${name} ${work}/${name}-ksyms.S ${objects})
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${make_table} $<TARGET_FILE:${name}> --check ${work}/${name}-ksyms.S VERBATIM)
endfunction()
