# SPDX-License-Identifier: BSD-2-Clause
# Toolchain for everything that runs on Mach_R: clang as a bare-metal cross compiler and lld called
# directly, so that neither a host linker script nor a host library can slip in.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

find_program(MACH_R_CLANG NAMES clang-19 clang REQUIRED)
find_program(MACH_R_LLD NAMES ld.lld-19 ld.lld REQUIRED)
find_program(MACH_R_AR NAMES llvm-ar-19 llvm-ar REQUIRED)
find_program(MACH_R_RANLIB NAMES llvm-ranlib-19 llvm-ranlib REQUIRED)
find_program(MACH_R_NM NAMES llvm-nm-19 llvm-nm nm REQUIRED)
find_program(MACH_R_DWARFDUMP NAMES llvm-dwarfdump-19 llvm-dwarfdump REQUIRED)
find_program(MACH_R_OBJCOPY NAMES llvm-objcopy-19 llvm-objcopy objcopy REQUIRED)

set(CMAKE_C_COMPILER ${MACH_R_CLANG})
set(CMAKE_ASM_COMPILER ${MACH_R_CLANG})
set(CMAKE_C_COMPILER_TARGET x86_64-unknown-none-elf)
set(CMAKE_ASM_COMPILER_TARGET x86_64-unknown-none-elf)
set(CMAKE_AR ${MACH_R_AR} CACHE FILEPATH "archiver")
set(CMAKE_RANLIB ${MACH_R_RANLIB} CACHE FILEPATH "archive indexer")
set(CMAKE_LINKER ${MACH_R_LLD} CACHE FILEPATH "linker")

# assert() stays in every build, so there is no NDEBUG; MACH_R_DEBUG adds debug_assert().
foreach(language C ASM)
  set(CMAKE_${language}_FLAGS_RELEASE "-O2 -g" CACHE STRING "")
  set(CMAKE_${language}_FLAGS_DEBUG "-O1 -g -DMACH_R_DEBUG=1" CACHE STRING "")
endforeach()

set(CMAKE_C_LINK_EXECUTABLE
    "<CMAKE_LINKER> <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")
set(CMAKE_ASM_LINK_EXECUTABLE ${CMAKE_C_LINK_EXECUTABLE})

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
