#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check that the kernel's folders form a strict order.

kernel/LAYERS names the folders from low to high. A file of one may include its own folder's
headers, those of folders before it, and the ABI (<mach/...>); nobody includes by a relative path.
"""

import pathlib
import re
import sys

KERNEL = pathlib.Path(__file__).resolve().parents[1] / "kernel"
INCLUDE = re.compile(r'^\s*#\s*include\s+(<[^>]+>|"[^"]+")', re.MULTILINE)


def violations(path, folder, layers):
    """The includes of PATH, a file of layer FOLDER, that reach upwards or are relative."""
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(1)) + 1
        name = match.group(1)
        top = name[1:-1].split("/")[0]
        if name.startswith('"'):
            yield line, f"{name} is relative; name it from the root: <folder/file.h>"
        elif top in layers and layers.index(top) > layers.index(folder):
            yield line, f"{name}: {folder}/ lies below {top}/"


def main():
    layers = (KERNEL / "LAYERS").read_text(encoding="ascii").split()
    count = 0
    wrong = 0
    for folder in layers:
        for path in sorted((KERNEL / folder).rglob("*.[chS]")):
            count += 1
            for line, what in violations(path, folder, layers):
                print(f"{path.relative_to(KERNEL.parent)}:{line}: {what}")
                wrong += 1
    print(f"{count} files of {len(layers)} layers, {wrong} violations")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())
