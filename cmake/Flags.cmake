# SPDX-License-Identifier: BSD-2-Clause
# All compiler flags, as INTERFACE targets. A target says what it is by linking one of
# flags_kernel, flags_user or flags_host; nothing is set globally.
option(MACH_R_WERROR "Treat warnings as errors (development presets)" OFF)

# True in preset host: the code runs on this machine instead of on Mach_R.
if(CMAKE_CROSSCOMPILING)
  set(MACH_R_HOST FALSE)
else()
  set(MACH_R_HOST TRUE)
endif()

# The ABI headers: what kernel and user programs share, and the only thing they share.
add_library(mach_abi INTERFACE)
target_include_directories(mach_abi INTERFACE ${CMAKE_SOURCE_DIR}/kernel/include)

add_library(flags_common INTERFACE)
target_compile_options(flags_common INTERFACE
  $<$<COMPILE_LANGUAGE:C>:-std=c23>
  $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes>
  $<$<BOOL:${MACH_R_WERROR}>:-Werror>
  # A message is read as one structure and written as another in the same place.
  -fno-strict-aliasing
  # Assertions name files from the root of the tree; debug information by full path, for gdb.
  -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)

add_library(flags_kernel INTERFACE)
target_compile_options(flags_kernel INTERFACE
  -fno-omit-frame-pointer
  -ffreestanding -nostdlibinc -mcmodel=kernel -mno-red-zone -mgeneral-regs-only
  -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables
  -ffunction-sections -fdata-sections
  # Layers call each other's small functions on every message: let the linker inline them.
  $<$<AND:$<COMPILE_LANGUAGE:C>,$<CONFIG:Release>>:-flto>
  $<$<COMPILE_LANGUAGE:C>:-Wthread-safety>)
target_link_libraries(flags_kernel INTERFACE flags_common)

add_library(flags_user INTERFACE)
target_compile_options(flags_user INTERFACE
  # For stack traces while developing; released programs have no debug information either.
  $<IF:$<CONFIG:Release>,-fomit-frame-pointer,-fno-omit-frame-pointer>
  -nostdlibinc -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables
  -ftls-model=local-exec -ffunction-sections -fdata-sections)
target_compile_definitions(flags_user INTERFACE __MACH__=1)
target_link_libraries(flags_user INTERFACE flags_common)

add_library(flags_host INTERFACE)
target_compile_options(flags_host INTERFACE
  -fno-omit-frame-pointer
  -fsanitize=address,undefined -fno-sanitize-recover=all)
target_compile_definitions(flags_host INTERFACE MACH_R_DEBUG=1 MACH_R_HOST=1)
target_link_options(flags_host INTERFACE -fsanitize=address,undefined)
target_link_libraries(flags_host INTERFACE flags_common)
