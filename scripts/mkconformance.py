#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make the C list of the conformance suite's cases from its table: mkconformance.py TABLE CASES.h"""

import pathlib
import sys

from mach_r import conformance


def main():
    table, header = (pathlib.Path(word) for word in sys.argv[1:])
    try:
        cases = conformance.parse(table.read_text(encoding="utf-8"))
    except conformance.TableError as error:
        print(f"{table}: {error}", file=sys.stderr)
        return 1
    header.write_text(conformance.c_source(cases), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
