#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check that every kernel and ABI header compiles alone, and twice: nothing has to come before it.

The headers in arch/*/include/machine are no units of their own: the contract header of the same
name includes each at its end.
"""

import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
KERNEL = ROOT / "kernel"
FLAGS = (
    "--target=x86_64-unknown-none-elf -std=c23 -ffreestanding -nostdlibinc -mcmodel=kernel "
    "-mno-red-zone -mgeneral-regs-only -Wall -Wextra -Werror -fsyntax-only -x c -"
).split()
ABI = [KERNEL / "include"]
INSIDE = [*ABI, KERNEL, KERNEL / "arch/x86_64", KERNEL / "arch/x86_64/include"]


def units():
    """Each header as (name to include, folders to search)."""
    for path in sorted((KERNEL / "include").rglob("*.h")):
        yield path.relative_to(KERNEL / "include"), ABI
    for path in sorted(KERNEL.rglob("*.h")):
        name = path.relative_to(KERNEL)
        if name.parts[0] != "include" and path.parent.name != "machine":
            yield name, INSIDE


def compile_alone(unit):
    """The compiler's complaints about one header."""
    name, folders = unit
    clang = shutil.which("clang-19") or "clang"
    command = [clang, *(f"-I{folder}" for folder in folders), *FLAGS]
    text = f"#include <{name}>\n#include <{name}>\n"
    return subprocess.run(command, input=text, text=True, capture_output=True, check=False).stderr


def main():
    headers = list(units())
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, _), complaints in zip(headers, pool.map(compile_alone, headers)):
            if complaints:
                print(f"{name} does not compile alone:\n{complaints}")
                wrong += 1
    print(f"{len(headers)} headers, {wrong} do not stand alone")
    return 1 if wrong or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
