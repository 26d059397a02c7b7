# SPDX-License-Identifier: BSD-2-Clause
# What the scripts need to make images: the stripped kernels and init in root/boot, and one manifest
# of boot archive contents per set (system, test, bench). scripts/mach_r/image.py does the rest,
# because --add and --exec change the archive at the time of the run.

# Write the manifests and hang all image files on target `files`. Called once, at the end.
function(finish_image)
  foreach(set IN ITEMS system test bench)
    get_property(entries GLOBAL PROPERTY MACH_R_INITRD_${set})
    list(JOIN entries "\n" text)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${set}.manifest CONTENT "${text}\n" @ONLY)
  endforeach()

  set(copies "")
  foreach(kernel IN ITEMS mach_r kernel-test)
    if(TARGET ${kernel})
      set(copy ${CMAKE_BINARY_DIR}/root/boot/${kernel}.elf)
      add_custom_command(OUTPUT ${copy}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/root/boot
        COMMAND ${MACH_R_OBJCOPY} --strip-all $<TARGET_FILE:${kernel}> ${copy}
        DEPENDS ${kernel} VERBATIM)
      list(APPEND copies ${copy})
    endif()
  endforeach()
  get_property(files GLOBAL PROPERTY MACH_R_INITRD_FILES)
  add_custom_target(files ALL DEPENDS ${copies} ${files})
endfunction()
