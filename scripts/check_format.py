#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check that all C of the tree has the shape that .clang-format describes; --fix gives it to it."""

import collections
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
    lines = done.stderr.replace(f"{ROOT}/", "").splitlines()
    faults = collections.Counter(line.split(":")[0] for line in lines if ": error:" in line)
    for name, count in faults.items():
        print(f"{name}: {count} places")
    print(f"{len(files)} files, {len(faults)} out of shape; check_format.py --fix mends them")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
