#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check what every file of the tree owes its reader.

Source files name their licence in the first lines; C is indented by spaces; documents name only
paths and headings that exist.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
LICENSED = {".c", ".h", ".S", ".inc", ".ld", ".py", ".cmake", ".defs", ".def", ".cfg", ".sh", ".pml"}
NAMED = {"CMakeLists.txt", ".clang-format", ".editorconfig"}
FOREIGN = {".git", "build", "__pycache__"}
TAG = "SPDX-License-Identifier: BSD-2-Clause"
# In a document: `folder/file`, [text](path).
QUOTED = re.compile(r"`([\w.+-]+(?:/[\w.+-]+)+/?)(?::\d+)?`")
LINK = re.compile(r"\]\(([^)#:\s]*)(?:#([^)\s]*))?\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


def files(folder=ROOT):
    """The files that belong to the project."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in FOREIGN:
            yield from files(path)
        elif path.is_file() and path != ROOT / "LICENSE":
            yield path


def is_source(path, text):
    """Whether PATH has to name the licence: known source types, and scripts."""
    return path.suffix in LICENSED or path.name in NAMED or text.startswith("#!")


def source_faults(path, text):
    """What is wrong with a source file."""
    if is_source(path, text) and TAG not in "\n".join(text.splitlines()[:3]):
        yield 1, f"no line '{TAG}' at the top"
    if path.suffix in {".c", ".h"}:
        for number, line in enumerate(text.splitlines(), 1):
            if line.startswith("\t"):
                yield number, "indented by a tab"


def anchors(path):
    """What a link can have behind its # to lead to a heading of the document PATH."""
    for heading in HEADING.findall(path.read_text(encoding="utf-8")):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def link_fault(path, target, anchor):
    """What is wrong with a link in the document PATH; null if nothing is."""
    whole = path.parent / target if target else path
    if not whole.exists():
        return f"link to {target}, which does not exist"
    if anchor and whole.suffix == ".md" and anchor not in anchors(whole):
        return f"link to #{anchor}, and no heading of {whole.name} is called so"
    return None


def document_faults(path, text, tops):
    """The paths and headings that a document names and that do not exist."""
    for number, line in enumerate(text.splitlines(), 1):
        for match in QUOTED.finditer(line):
            name = match.group(1)
            known = name.split("/")[0] in tops and not name.startswith("build/")
            if known and not (ROOT / name).exists():
                yield number, f"{name} does not exist"
        for match in LINK.finditer(line):
            fault = link_fault(path, *match.groups())
            if fault is not None:
                yield number, fault


def main():
    tops = {path.name for path in ROOT.iterdir() if path.is_dir()}
    paths = list(files())
    wrong = 0
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        faults = list(source_faults(path, text))
        if path.suffix == ".md":
            faults += document_faults(path, text, tops)
        for line, what in faults:
            print(f"{path.relative_to(ROOT)}:{line}: {what}")
        wrong += len(faults)
    print(f"{len(paths)} files, {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
