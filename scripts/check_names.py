#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check that the names documents speak of are still those of the sources.

A name here is a word with an underscore in `backquotes`. The sources must have it as a word, a
file's name must be made of it, or an example in some document introduces it. A word that begins or
ends with its underscore stands for the names that have it as their end or beginning.
"""

import pathlib
import re
import sys

from check_tree import ROOT, files

WORD = re.compile(r"[A-Za-z_]\w*")
QUOTED = re.compile(r"`([^`\n]+)`")
EXAMPLE = re.compile(r"^```.*?^```|^(?: {4}|\t).*$", re.MULTILINE | re.DOTALL)
STUB = re.compile(r"^_X|^serve_|^rpc_")
# Words that stand for any name.
PLACE = re.compile(r"(?:^|_)(?:NAME|Name|name)(?:_|$)")


def texts():
    """The text of each file that has one, by its path."""
    for path in files():
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def examples(text):
    """The parts of a document that are set as code."""
    return EXAMPLE.findall(text)


def is_known(word, known, joined):
    """Whether WORD is one of KNOWN, or the end or beginning of one; JOINED: all between blanks."""
    if word in known or STUB.sub("", word) in known or PLACE.search(word):
        return True
    if word.startswith("_") and f"{word} " in joined:
        return True
    return word.endswith("_") and f" {word}" in joined


def faults(path, text, known, joined):
    """The names in a document that nothing has."""
    prose = EXAMPLE.sub(lambda match: "\n" * match.group(0).count("\n"), text)
    for number, line in enumerate(prose.splitlines(), 1):
        for quoted in QUOTED.findall(line):
            for word in WORD.findall(quoted):
                if "_" in word.strip("_") or word.strip("_") != word:
                    if not is_known(word, known, joined):
                        yield f"{path.relative_to(ROOT)}:{number}: nothing is called {word}"


def main():
    documents, known = {}, set()
    for path, text in texts():
        known.update(WORD.findall(path.name))
        if path.suffix == ".md":
            documents[path] = text
            text = "\n".join(examples(text))
        known.update(WORD.findall(text))
    joined = " " + " ".join(known) + " "
    found = [fault for path, text in documents.items() for fault in faults(path, text, known, joined)]
    print("\n".join([*found, f"{len(documents)} documents, {len(found)} faults"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
