#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make the kernel's symbol table (kernel/lib/ksyms.h) as an assembly file.

The input is a linked kernel; the output is linked into the same kernel once more. Functions and
their source lines only: code lies before all data, so the table that the second link adds moves
none of it. --check proves that, by making the table of the second kernel and comparing.
"""

import argparse
import bisect
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BASE = 0xFFFFFFFF80000000
ROW = re.compile(r"^(0x[0-9a-f]{16}) +(\d+) +\d+ +(\d+) .*?(end_sequence)?$")
FOLDER = re.compile(r'^include_directories\[ *(\d+)\] = "(.*)"')
FILE = re.compile(r"^file_names\[ *(\d+)\]:")
MEMBER = re.compile(r'^ +(name: "(.*)"|dir_index: (\d+))')


def output_of(*command):
    """The lines that a tool prints."""
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()


def functions(nm, elf):
    """The code symbols of ELF as sorted (offset, name), one name for each address."""
    found = {}
    for line in output_of(nm, "-n", elf):
        fields = line.split()
        if len(fields) != 3 or fields[1] not in "tTwW":
            continue
        offset, name = int(fields[0], 16) - BASE, fields[2]
        # Of several names for one address the global one tells more; else the first in order.
        rank = (fields[1] not in "TW", name)
        if offset >= 0 and (offset not in found or rank < found[offset]):
            found[offset] = rank
    return [(offset, name) for offset, (_, name) in sorted(found.items())]


def line_rows(dwarfdump, elf):
    """ELF's line tables as (offset, file, line); line 0 where a sequence ends."""
    folders, files, current = {}, {}, None
    for line in output_of(dwarfdump, "--debug-line", elf):
        if match := ROW.match(line):
            offset, number = int(match.group(1), 16) - BASE, int(match.group(2))
            if match.group(4):
                yield offset, "", 0
            elif number:  # else code of the compiler's own, which counts to the line before it
                yield offset, files.get(int(match.group(3)), ""), number
        elif line.startswith("Line table prologue"):
            folders, files = {}, {}
        elif match := FOLDER.match(line):
            folders[int(match.group(1))] = match.group(2)
        elif match := FILE.match(line):
            current = int(match.group(1))
        elif match := MEMBER.match(line):
            if match.group(2) is not None:
                files[current] = match.group(2)
            else:
                folder = pathlib.PurePath(folders.get(int(match.group(3)), ""))
                files[current] = from_root(folders.get(0, ""), folder / files[current])


def from_root(work, path):
    """PATH as seen from the root of the tree; a relative one begins at the folder WORK."""
    path = pathlib.PurePath(work) / path
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


def places(dwarfdump, elf):
    """The source lines of ELF as sorted (offset, file, line), where one of them changes."""
    rows = {}
    for offset, file, line in line_rows(dwarfdump, elf):
        # Several rows for one address: the last one holds. An end yields to a beginning.
        if offset >= 0 and (line or offset not in rows):
            rows[offset] = (file, line)
    result, previous = [], None
    for offset, place in sorted(rows.items()):
        if place != previous:
            result.append((offset, *place))
            previous = place
    return result


class Strings:
    """A block of zero-terminated strings, each once."""

    def __init__(self):
        self.offsets, self.size = {}, 0

    def add(self, text):
        """The offset of TEXT in the block."""
        if text not in self.offsets:
            self.offsets[text] = self.size
            self.size += len(text.encode()) + 1
        return self.offsets[text]


def table(symbols, lines):
    """The text of the assembly file."""
    strings = Strings()
    entries = [f"    .long {offset:#x}, {strings.add(name)}" for offset, name in symbols]
    # The end marker: where the last known line ends, or a page behind the last function.
    end = max([offset for offset, _, _ in lines] + [offset + 0x1000 for offset, _ in symbols[-1:]],
              default=0)
    entries.append(f"    .long {end:#x}, {strings.add('')}")
    names = sorted({file for _, file, _ in lines})
    files = [f"    .long {strings.add(name)}" for name in names]
    rows = [
        f"    .long {offset:#x}; .short {bisect.bisect_left(names, file)}, {min(line, 65535)}"
        for offset, file, line in lines
    ]
    parts = {
        "ksyms_table": entries,
        "ksyms_count": [f"    .long {len(entries)}"],
        "ksyms_lines": rows,
        "ksyms_line_count": [f"    .long {len(rows)}"],
        "ksyms_files": files,
        "ksyms_strings": [f'    .asciz "{text}"' for text in strings.offsets],
    }
    out = ["/* Generated by scripts/mkksyms.py. */", '    .section .rodata.ksyms, "a", @progbits']
    for name, body in parts.items():
        out += ["    .balign 4", f"    .global {name}", f"{name}:", *body]
    return "\n".join([*out, '    .section .note.GNU-stack, "", @progbits', ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nm", default="nm", help="the nm program")
    parser.add_argument("--dwarfdump", default="llvm-dwarfdump", help="the llvm-dwarfdump program")
    parser.add_argument("--empty", action="store_true", help="a table without functions")
    parser.add_argument("--check", metavar="TABLE", help="compare the kernel's table with this")
    parser.add_argument("-o", "--output", help="where to write the table")
    parser.add_argument("kernel", nargs="?", help="the linked kernel")
    arguments = parser.parse_args()

    if arguments.empty:
        text = table([], [])
    else:
        elf = arguments.kernel
        text = table(functions(arguments.nm, elf), places(arguments.dwarfdump, elf))
    if arguments.output:
        with open(arguments.output, "w", encoding="ascii") as file:
            file.write(text)
    if arguments.check:
        with open(arguments.check, encoding="ascii") as file:
            if file.read() != text:
                sys.exit(
                    f"mkksyms: {arguments.kernel}: code moved between the two links; "
                    "kernel.ld must place all code before read-only data"
                )


if __name__ == "__main__":
    main()
