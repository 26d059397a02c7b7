# SPDX-License-Identifier: BSD-2-Clause
# What programs outside the tree are made with: compiler, flags, headers, libraries. Target `sdk`
# builds all of it; cc.json names it for scripts/cc. `cmake --install` copies it to a folder that
# works wherever it lies (docs/sdk.md): its cc.json has paths relative to that folder.

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
  if("${ARGN}" STREQUAL "")
    set(${out} "[]" PARENT_SCOPE)
  else()
    set(${out} "[\"$<JOIN:${ARGN},\", \">\"]" PARENT_SCOPE)
  endif()
endfunction()

# Write FILE, a cc.json. COMPILER and LINKER are programs; the others are lists.
function(write_cc_json file compiler linker include system_include library_folders libraries)
  set(flags --target=${CMAKE_C_COMPILER_TARGET} -nostdlibinc -fno-pic -fno-stack-protector
    -fno-omit-frame-pointer -ftls-model=local-exec -g -D__MACH__=1 -D__APPLE__=1
    -D__ENVIRONMENT_MAC_OS_X_VERSION_MIN_REQUIRED__=140000 -D__ENVIRONMENT_OS_VERSION_MIN_REQUIRED__=140000)
  json_list(flags "${flags}")
  json_list(link_flags "${MACH_R_USER_LINK_FLAGS}")
  json_list(include "${include}")
  json_list(system_include "${system_include}")
  json_list(library_folders "${library_folders}")
  json_list(libraries "${libraries}")
  file(GENERATE OUTPUT ${file} CONTENT "{
  \"compiler\": \"${compiler}\",
  \"linker\": \"${linker}\",
  \"flags\": ${flags},
  \"include\": ${include},
  \"system_include\": ${system_include},
  \"link_flags\": ${link_flags},
  \"library_folders\": ${library_folders},
  \"libraries\": ${libraries}
}
")
endfunction()

# The headers of FOLDERS, a generator expression, go to DESTINATION; where two have one name, the
# first folder wins.
function(install_headers destination folders)
  install(CODE "
    set(folders \"${folders}\")
    list(REMOVE_DUPLICATES folders)
    list(REVERSE folders)
    foreach(folder IN LISTS folders)
      file(INSTALL \"\${folder}/\" DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${destination}\"
        FILES_MATCHING PATTERN *.h PATTERN *.def PATTERN *.defs
        PATTERN loopback EXCLUDE PATTERN fuzz.h EXCLUDE)
    endforeach()" COMPONENT sdk)
endfunction()

# The rules of `cmake --install` for all but headers and libraries.
function(install_tools)
  install(PROGRAMS ${CMAKE_SOURCE_DIR}/cmake/sdk/mach_r-cc ${CMAKE_SOURCE_DIR}/cmake/sdk/mach_r-mig
    DESTINATION bin COMPONENT sdk)
  install(FILES ${CMAKE_SOURCE_DIR}/cmake/sdk/toolchain.cmake ${CMAKE_BINARY_DIR}/sdk/cc.json
    DESTINATION share/mach_r COMPONENT sdk)
  foreach(module IN ITEMS __init__ compile_commands driver ui)
    install(FILES ${CMAKE_SOURCE_DIR}/scripts/mach_r/${module}.py
      DESTINATION share/mach_r/python/mach_r COMPONENT sdk)
  endforeach()
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/mig/mig DESTINATION share/mach_r/python COMPONENT sdk
    FILES_MATCHING PATTERN *.py)
  install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION share/mach_r COMPONENT sdk)
endfunction()

# Write cc.json and the rules of installation. Called once, when all libraries are known.
function(finish_sdk)
  add_custom_target(sdk)
  add_dependencies(sdk libmach)
  collect_libraries(libraries libmach)
  list(APPEND libraries ${MACH_R_BUILTINS})
  set(folders "$<TARGET_PROPERTY:libmach,INTERFACE_INCLUDE_DIRECTORIES>")
  set(system "$<TARGET_PROPERTY:libmach,INTERFACE_SYSTEM_INCLUDE_DIRECTORIES>")
  write_cc_json(${CMAKE_BINARY_DIR}/cc.json ${CMAKE_C_COMPILER} ${CMAKE_LINKER}
    "$<REMOVE_DUPLICATES:${folders}>" "$<REMOVE_DUPLICATES:${system}>" "" "${libraries}")

  set(installed "")
  foreach(library IN LISTS libraries)
    list(APPEND installed lib/$<PATH:GET_FILENAME,${library}>)
  endforeach()
  get_filename_component(compiler ${CMAKE_C_COMPILER} NAME)
  get_filename_component(linker ${CMAKE_LINKER} NAME)
  # pthread.h completes the C library's header of that name, so there are two folders.
  write_cc_json(${CMAKE_BINARY_DIR}/sdk/cc.json ${compiler} ${linker}
    "" "include;include/libc" "lib" "${installed}")
  install(FILES ${libraries} DESTINATION lib COMPONENT sdk)
  set(libc $<TARGET_PROPERTY:newlib,INTERFACE_INCLUDE_DIRECTORIES>)
  install_headers(include/libc "${libc}")
  install_headers(include "$<FILTER:${folders},EXCLUDE,/newlib-[^/]*/include$>")
  # As on Darwin, where the header <mach/notify.h> is not made from the interface.
  set_property(GLOBAL PROPERTY MACH_R_MIG_FOLDER_notify mach)
  file(GLOB interfaces CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/idl/*.defs)
  foreach(file IN LISTS interfaces)
    get_filename_component(name ${file} NAME_WE)
    get_property(folder GLOBAL PROPERTY MACH_R_MIG_FOLDER_${name})
    install(FILES ${file} DESTINATION include/${folder} COMPONENT sdk)
  endforeach()
  install_tools()
endfunction()
