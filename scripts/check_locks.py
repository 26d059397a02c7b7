#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check that the table of docs/locking.md shows the lock classes of the kernel as they are.

Names, their order, and how two locks of one class may be held together come from the table in
kernel/lib/lock_class.h; what a lock protects stands in the document alone.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
CLASS = re.compile(r'X\((\w+), "([^"]+)", (LOCK_\w+)\)')
ROW = re.compile(r"^\| ([^|]+?) \| ([^|]*?) ?\| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
PAIRS = {"LOCK_SINGLE": "", "LOCK_ADDRESS": "by address", "LOCK_NESTED": "nested"}


def classes(text):
    """The (name, pairs) of each class in the header TEXT."""
    return [(name, PAIRS[pairs]) for _, name, pairs in CLASS.findall(text)]


def rows(text):
    """The same, of each row of the table in the document TEXT."""
    table = text[text.index("| class | two |"):]
    return [(name, pairs) for name, pairs, _, _ in ROW.findall(table)[1:]]


def differences(in_code, in_document):
    """What to say about two such lists."""
    for number, (code, document) in enumerate(zip(in_code, in_document), 1):
        if code != document:
            yield f"row {number}: the kernel has {code}, the document {document}"
    for name, _ in in_code[len(in_document):]:
        yield f"class {name!r} is not in the document"
    for name, _ in in_document[len(in_code):]:
        yield f"the document has a class {name!r}, the kernel has not"


def main():
    in_code = classes((ROOT / "kernel/lib/lock_class.h").read_text(encoding="utf-8"))
    in_document = rows((ROOT / "docs/locking.md").read_text(encoding="utf-8"))
    wrong = list(differences(in_code, in_document))
    for line in wrong:
        print(f"docs/locking.md: {line}")
    print(f"{len(in_code)} lock classes, {len(wrong)} differences")
    return 1 if wrong or not in_code else 0


if __name__ == "__main__":
    sys.exit(main())
