#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make early_font.S, the printable ASCII characters as 8x16 bitmaps, from a GRUB font (PF2).

GRUB's package brings one at its regular size, so the kernel's tree holds no font. PF2 is a sequence
of sections (name, big-endian length, content); CHIX is the index of characters, whose offsets count
from the start of the file (GRUB manual, "PFF2").
"""
import struct
import sys

WIDTH, HEIGHT, ASCENT = 8, 16, 14
FIRST, LAST = 0x20, 0x7e


def character_index(font):
    """{code point: offset of its glyph}."""
    position = 0
    while font[position:position + 4] != b'DATA':
        name = font[position:position + 4]
        length, = struct.unpack_from('>I', font, position + 4)
        if name == b'CHIX':
            entries = struct.iter_unpack('>IBI', font[position + 8:position + 8 + length])
            return {code: offset for code, _, offset in entries}
        position += 8 + length
    sys.exit('mkfont.py: the font has no index of characters')


def glyph_rows(font, offset):
    """The glyph as HEIGHT bytes, the leftmost pixel in the highest bit."""
    width, height, left, bottom, _ = struct.unpack_from('>HHhhh', font, offset)
    bits = font[offset + 10:offset + 10 + (width * height + 7) // 8]
    rows = [0] * HEIGHT
    for index in range(width * height):
        row = ASCENT - bottom - height + index // width
        column = left + index % width
        if bits[index // 8] >> (7 - index % 8) & 1 and 0 <= row < HEIGHT and 0 <= column < WIDTH:
            rows[row] |= 0x80 >> column
    return rows


def main():
    source, target = sys.argv[1:]
    with open(source, 'rb') as file:
        font = file.read()
    index = character_index(font)
    lines = ['        .section .rodata.early_font, "a"', '        .globl  early_font', 'early_font:']
    for code in range(FIRST, LAST + 1):
        rows = ', '.join(f'{row:#04x}' for row in glyph_rows(font, index[code]))
        lines.append(f'        .byte   {rows}')
    with open(target, 'w', encoding='ascii') as file:
        file.write('\n'.join(lines) + '\n')


main()
