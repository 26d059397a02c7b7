# SPDX-License-Identifier: BSD-2-Clause
"""The distribution's console font: PSF, version 1, 8x16, with a Unicode table.

The format is that of Linux's font-formats-1.txt.
"""

import gzip
import pathlib

from mach_r.ui import Failure

_PATH = pathlib.Path("/usr/share/consolefonts/Lat15-VGA16.psf.gz")
HEIGHT = 16
_MAGIC = b"\x36\x04"
_MODE_512 = 0x01
_MODE_HAS_TABLE = 0x02
_SEPARATOR = 0xFFFF
_SEQUENCE = 0xFFFE


def read():
    """The font's glyphs by character: a byte a line, its top bit on the left."""
    try:
        data = gzip.decompress(_PATH.read_bytes())
    except FileNotFoundError as error:
        raise Failure(f"{_PATH} not found: install the package console-setup-linux") from error
    if data[:2] != _MAGIC or data[3] != HEIGHT or not data[2] & _MODE_HAS_TABLE:
        raise Failure(f"{_PATH} is not a PSF 1 font of {HEIGHT} lines with a Unicode table")
    count = 512 if data[2] & _MODE_512 else 256
    table = data[4 + count * HEIGHT:]
    glyphs = {}
    index = 0
    in_sequence = False
    for place in range(0, len(table) - 1, 2):
        value = int.from_bytes(table[place:place + 2], "little")
        if value == _SEPARATOR:
            index += 1
            in_sequence = False
        elif value == _SEQUENCE:
            in_sequence = True
        elif not in_sequence and index < count:
            start = 4 + index * HEIGHT
            glyphs.setdefault(value, data[start:start + HEIGHT])
    return glyphs
