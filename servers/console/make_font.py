#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make a C table of the Latin-1 glyphs in a console font: make_font.py FONT.psf.gz OUTPUT.c

The font is a PSF file, version 1, of 16 lines, with a Unicode table (Linux: font-formats-1.txt).
A character that the font lacks is an empty box.
"""

import gzip
import pathlib
import sys

MAGIC = b"\x36\x04"
MODE_512 = 0x01
MODE_HAS_TABLE = 0x02
HEIGHT = 16
SEPARATOR = 0xFFFF
SEQUENCE = 0xFFFE
BOX = bytes([0, 0] + [0x7E] + [0x42] * 8 + [0x7E] + [0] * 4)


def read_font(data):
    """The glyphs by character."""
    if data[:2] != MAGIC or data[3] != HEIGHT or not data[2] & MODE_HAS_TABLE:
        sys.exit("make_font: not a PSF 1 font of 16 lines with a Unicode table")
    count = 512 if data[2] & MODE_512 else 256
    table = data[4 + count * HEIGHT:]
    glyphs = {}
    index = 0
    in_sequence = False
    for place in range(0, len(table) - 1, 2):
        value = int.from_bytes(table[place:place + 2], "little")
        if value == SEPARATOR:
            index += 1
            in_sequence = False
        elif value == SEQUENCE:
            in_sequence = True
        elif not in_sequence and index < count:
            start = 4 + index * HEIGHT
            glyphs.setdefault(value, data[start:start + HEIGHT])
    return glyphs


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    glyphs = read_font(gzip.decompress(pathlib.Path(sys.argv[1]).read_bytes()))
    lines = [f"/* Made by make_font.py of {pathlib.Path(sys.argv[1]).name}. */",
             '#include "font.h"', "",
             "const uint8_t font_glyphs[FONT_CHARACTERS][FONT_HEIGHT] = {"]
    for character in range(256):
        glyph = glyphs.get(character, BOX if 0x20 < character else bytes(HEIGHT))
        lines.append("    { " + ", ".join(f"0x{line:02x}" for line in glyph) + " },")
    lines.append("};")
    pathlib.Path(sys.argv[2]).write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
