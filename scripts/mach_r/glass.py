# SPDX-License-Identifier: BSD-2-Clause
"""What a machine's screen shows, as lines of text: read from the picture, as a person reads it."""

import re

from mach_r import font

_WIDTH = 8
_TEXT_MODE = (720, 400)  # pixels of QEMU's VGA in text mode
_TEXT_COLUMNS, _TEXT_ROWS = 80, 25
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
CURSOR = "\N{FULL BLOCK}"  # on a frame buffer


def lines(qemu):
    """The lines on the screen of the machine QEMU, without blanks at their ends.

    CURSOR stands where that is, a replacement character for what is no character.
    """
    width, height, pixels = qemu.screendump()
    text = _text_mode(qemu) if (width, height) == _TEXT_MODE else _frame_buffer(width, height, pixels)
    return [line.rstrip() for line in text]


def _text_mode(qemu):
    """The characters in a VGA's text memory; each has two bytes."""
    dump = qemu.monitor(f"xp /{_TEXT_COLUMNS * _TEXT_ROWS}hx 0xb8000")
    cells = [int(word, 16) & 0xFF for word in re.findall(r"\b0x([0-9a-f]{4})\b", dump)]
    text = "".join(chr(code) if code else " " for code in cells)
    return [text[start:start + _TEXT_COLUMNS] for start in range(0, len(text), _TEXT_COLUMNS)]


def _frame_buffer(width, height, pixels):
    """The characters whose glyphs stand in a picture."""
    glyphs = {}
    for character, glyph in sorted(_font().items(), reverse=True):
        glyphs[glyph] = chr(character)
    glyphs[bytes(font.HEIGHT)] = " "
    glyphs[b"\xff" * font.HEIGHT] = CURSOR
    dark = bytes(3)
    bits = [pixels[place:place + 3] != dark for place in range(0, 3 * width * height, 3)]
    return ["".join(glyphs.get(_cell(bits, width, column, row), _UNKNOWN)
                    for column in range(width // _WIDTH))
            for row in range(height // font.HEIGHT)]


def _cell(bits, width, column, row):
    """The lines of the cell at COLUMN of ROW, as in a font."""
    start = row * font.HEIGHT * width + column * _WIDTH
    starts = (start + line * width for line in range(font.HEIGHT))
    return bytes(sum(bits[place + x] << (_WIDTH - 1 - x) for x in range(_WIDTH))
                 for place in starts)


def _font():
    """The glyphs of ASCII."""
    return {character: glyph for character, glyph in font.read().items()
            if 0x20 <= character < 0x7F}
