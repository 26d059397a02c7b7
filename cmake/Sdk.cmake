# SPDX-License-Identifier: BSD-2-Clause
# What scripts/cc needs to know: compiler, include folders and libraries of libmach's users, in
# cc.json. Target `sdk` builds all of them.

# In OUT: LIBRARY and what it brings along, as files for the linker.
function(collect_libraries out library)
  get_property(seen GLOBAL PROPERTY MACH_R_SDK_SEEN)
  string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" library "${library}")
  if(library IN_LIST seen OR library MATCHES "^(flags_|mach_abi)")
    set(${out} "" PARENT_SCOPE)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY MACH_R_SDK_SEEN ${library})
  set(files "")
  if(NOT TARGET ${library})
    set(files ${library})
  else()
    get_target_property(type ${library} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
      set(files $<TARGET_FILE:${library}>)
      add_dependencies(sdk ${library})
    endif()
    get_target_property(links ${library} INTERFACE_LINK_LIBRARIES)
    foreach(link IN LISTS links)
      if(link)
        collect_libraries(more "${link}")
        list(APPEND files ${more})
      endif()
    endforeach()
  endif()
  set(${out} ${files} PARENT_SCOPE)
endfunction()

# In OUT: a list of strings in JSON. The list may be a generator expression.
function(json_list out)
  set(${out} "[\"$<JOIN:${ARGN},\", \">\"]" PARENT_SCOPE)
endfunction()

# Write cc.json. Called once, when all libraries are known.
function(finish_sdk)
  add_custom_target(sdk)
  add_dependencies(sdk libmach)
  collect_libraries(libraries libmach)
  list(APPEND libraries ${MACH_R_BUILTINS})
  set(flags --target=${CMAKE_C_COMPILER_TARGET} -nostdlibinc -fno-pic -fno-stack-protector
    -fno-omit-frame-pointer -ftls-model=local-exec -O2 -g -D__MACH__=1)
  json_list(flags "${flags}")
  json_list(link_flags "${MACH_R_USER_LINK_FLAGS}")
  json_list(libraries "${libraries}")
  set(folders "$<TARGET_PROPERTY:libmach,INTERFACE_INCLUDE_DIRECTORIES>")
  set(system "$<TARGET_PROPERTY:libmach,INTERFACE_SYSTEM_INCLUDE_DIRECTORIES>")
  json_list(folders "$<REMOVE_DUPLICATES:${folders}>")
  json_list(system "$<REMOVE_DUPLICATES:${system}>")
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/cc.json CONTENT "{
  \"compiler\": \"${CMAKE_C_COMPILER}\",
  \"linker\": \"${CMAKE_LINKER}\",
  \"flags\": ${flags},
  \"include\": ${folders},
  \"system_include\": ${system},
  \"link_flags\": ${link_flags},
  \"libraries\": ${libraries}
}
")
endfunction()
