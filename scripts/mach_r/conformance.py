# SPDX-License-Identifier: BSD-2-Clause
"""The table of the conformance suite: its cases, the C list of them, its place in docs/ipc.md.

The table is Markdown: a section for each kind of right, in it a column for each state and a row for
each operation, or for several with the same outcomes, separated by semicolons. A cell is the
outcome; one with a dot is no case.
"""

import dataclasses
import pathlib

_FOLDER = pathlib.Path(__file__).resolve().parents[2]
TABLE = _FOLDER / "tests" / "conformance" / "rights.md"
DOCUMENT = _FOLDER / "docs" / "ipc.md"

_NOT_A_CASE = "."
_SECTION = "### "
_BEGIN = "<!-- tests/conformance/rights.md begins -->\n"
_END = "<!-- tests/conformance/rights.md ends -->\n"


class TableError(Exception):
    """Something in the table, or in the document that shows it, that does not fit."""


@dataclasses.dataclass(frozen=True)
class Case:
    """One cell."""

    kind: str
    state: str
    operation: str
    outcome: str

    @property
    def name(self):
        """What the program calls it."""
        return f"{self.kind}, {self.state}: {self.operation}"


def _cells(line):
    """The cells of a row."""
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _row(kind, states, line):
    """The cases of one row."""
    operations, *outcomes = _cells(line)
    if len(outcomes) != len(states) or "" in outcomes:
        raise TableError(f"{kind}, {operations}: not an outcome for each state")
    for operation in operations.split(";"):
        for state, outcome in zip(states, outcomes):
            if outcome != _NOT_A_CASE:
                yield Case(kind, state, operation.strip(), outcome)


def parse(text):
    """All cases of the table TEXT."""
    cases, kind, states = [], "", []
    for line in text.splitlines():
        if line.startswith(_SECTION):
            kind = line.removeprefix(_SECTION).strip().lower()
        elif not line.startswith("|"):
            states = []
        elif not states:
            states = _cells(line)[1:]
        elif not line.startswith("|---"):
            cases += _row(kind, states, line)
    names = [case.name for case in cases]
    if len(set(names)) != len(names):
        raise TableError(f"{max(names, key=names.count)} is there twice")
    return cases


def c_source(cases):
    """The header with CASES, each a line."""
    lines = [
        f'    {{ "{case.kind}", "{case.state}", "{case.operation}", "{case.outcome}" }},\n'
        for case in cases
    ]
    return (
        "/* Made by scripts/mkconformance.py: the cases of the table. */\n#pragma once\n\n"
        "static const struct conformance_case {\n"
        "    const char *kind, *state, *operation, *outcome;\n"
        "} cases[] = {\n" + "".join(lines) + "};\n"
    )


def case_names():
    """The names of all cases."""
    return [case.name for case in parse(TABLE.read_text(encoding="utf-8"))]


def document_with(table, document):
    """The text DOCUMENT with the sections of TABLE between its marks."""
    before, begin, rest = document.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise TableError("the document has no place for the table")
    return before + begin + "\n" + table[table.index(_SECTION):].strip() + "\n\n" + end + after
