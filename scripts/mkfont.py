#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make a C table of the console font's first glyphs, for text on a frame buffer.

A character that the font lacks is an empty box, a control character is blank.
"""

import argparse
import pathlib

from mach_r import font, ui

_BLANK = bytes(font.HEIGHT)
_BOX = bytes([0, 0] + [0x7E] + [0x42] * 8 + [0x7E] + [0] * 4)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", required=True, help="the C file to write")
    parser.add_argument("--header", required=True, help="the header that declares the table")
    parser.add_argument("--table", required=True, help="the table's name")
    parser.add_argument("--count", required=True, type=int, help="how many characters it has")
    arguments = parser.parse_args()
    glyphs = font.read()
    lines = ["/* Made by mkfont.py. */",
             f"#include <{arguments.header}>", "",
             f"const uint8_t {arguments.table}[{arguments.count}][{font.HEIGHT}] = {{"]
    for character in range(arguments.count):
        glyph = glyphs.get(character, _BOX if character > 0x20 else _BLANK)
        lines.append("    { " + ", ".join(f"0x{line:02x}" for line in glyph) + " },")
    lines.append("};")
    pathlib.Path(arguments.output).write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    ui.run_main(main)
