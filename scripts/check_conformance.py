#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check that docs/ipc.md shows the conformance suite's table as it is; --fix puts it there."""

import sys

from mach_r import conformance


def main():
    table = conformance.TABLE.read_text(encoding="utf-8")
    document = conformance.DOCUMENT.read_text(encoding="utf-8")
    try:
        cases = conformance.parse(table)
        right = conformance.document_with(table, document)
    except conformance.TableError as error:
        print(error)
        return 1
    if "--fix" in sys.argv[1:]:
        conformance.DOCUMENT.write_text(right, encoding="utf-8")
    elif document != right:
        print("docs/ipc.md shows another table; check_conformance.py --fix mends it")
        return 1
    print(f"{len(cases)} cases")
    return 0 if cases else 1


if __name__ == "__main__":
    sys.exit(main())
