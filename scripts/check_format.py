#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check that all C of the tree has the shape that .clang-format describes; --fix gives it to it."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
FOLDERS = ("kernel", "libmach", "servers", "tests")


def main():
    files = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.[ch]"))]
    mode = ["-i"] if sys.argv[1:] == ["--fix"] else ["--dry-run", "-Werror"]
    command = ["clang-format-19", *mode, *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    faults = [line.replace(f"{ROOT}/", "") for line in done.stderr.splitlines() if "error:" in line]
    print("\n".join(faults))
    print(f"{len(files)} files, {len(faults)} places; scripts/check_format.py --fix mends them")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
