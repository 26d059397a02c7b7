# SPDX-License-Identifier: BSD-2-Clause
# Glyphs for text on a frame buffer. The font comes from a package of the distribution, and never
# into the tree.

# add_font(OUT HEADER TABLE COUNT)
# In OUT: a C file with the glyphs of the first COUNT characters as TABLE, which HEADER declares.
function(add_font out header table count)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${table}.c)
  set(script ${CMAKE_SOURCE_DIR}/scripts/mkfont.py)
  add_custom_command(OUTPUT ${source}
    COMMAND ${Python3_EXECUTABLE} ${script} --header ${header} --table ${table} --count ${count}
            --output ${source}
    DEPENDS ${script} ${CMAKE_SOURCE_DIR}/scripts/mach_r/font.py
    COMMENT "font ${table}" VERBATIM)
  set(${out} ${source} PARENT_SCOPE)
endfunction()
