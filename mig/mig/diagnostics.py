# SPDX-License-Identifier: BSD-2-Clause
"""Diagnostics as clang prints them: place, message, source line, caret and range, notes.

A Span is a range of columns on one source line. Errors are collected, so that one run shows them
all; generation happens only if there were none. Warnings carry a name, by which -Wno-NAME and
-Werror[=NAME] act on them.
"""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TextIO


class SourceLine(NamedTuple):
    """One line of a file, with the lines that included that file, innermost first."""

    file: str
    number: int
    text: str
    included_from: tuple["SourceLine", ...] = ()


class Span(NamedTuple):
    """Columns [column, column + length) of a line; columns count from 1."""

    line: SourceLine
    column: int
    length: int = 1

    def place(self) -> str:
        return f"{self.line.file}:{self.line.number}:{self.column}"

    def to(self, other: "Span") -> "Span":
        """The range from here to the end of OTHER, or only this one if it is on another line."""
        if other.line is not self.line:
            return self
        return Span(self.line, self.column, other.column + other.length - self.column)


@dataclass
class Diagnostic:
    severity: str  # "error", "warning" or "note"
    message: str
    span: Span | None = None
    name: str = ""  # of a warning
    notes: list["Diagnostic"] = field(default_factory=list)


Notes = Sequence[tuple[Span | None, str]]  # further places, with what is to say about each


class CompileError(Exception):
    """Thrown to leave a statement after its error was reported."""


WARNINGS = {
    "redefinition": "a type is declared a second time",
    "subsystem": "a second subsystem statement",
    "flag": "a flag has no effect where it stands",
    "translation": "a translated type lacks its function for this direction",
    "destructor": "an in-translation without a destructor",
    "timeout": "a send time-out without consumeonsenderror leaks rights",
    "annotation": "an @annotation in a doc comment is unknown or does not fit",
    "fragment": "a file of types alone uses a type that the file around it declares",
    "slots": "more than 100 ids: requests and replies overlap",
    "kernel": "an interface is left out of a verb that runs stubs: they are for a kernel",
}
OFF_BY_DEFAULT = {"timeout"}


Palette = dict[str, str]
COLOURS: Palette = {
    "error": "\x1b[1;31m", "warning": "\x1b[1;35m", "note": "\x1b[1;36m",
    "message": "\x1b[1m", "caret": "\x1b[1;32m", "plain": "\x1b[0m",
}
PLAIN: Palette = dict.fromkeys(COLOURS, "")


class Diagnostics:
    """Collects what was found and prints it."""

    def __init__(self, stream: TextIO | None = None, form: str = "text", color: str = "auto"):
        self.stream = stream if stream is not None else sys.stderr
        self.form = form
        self.palette = COLOURS if _coloured(self.stream, color) else PLAIN
        self.errors = 0
        self.warnings = 0
        self.disabled = set(OFF_BY_DEFAULT)
        self.fatal: set[str] = set()
        self._stack: tuple[SourceLine, ...] = ()  # the include stack that was printed last

    def error(self, span: Span | None, message: str, notes: Notes = ()) -> None:
        self.errors += 1
        self._print(Diagnostic("error", message, span, notes=[note(*n) for n in notes]))

    def fail(self, span: Span | None, message: str, notes: Notes = ()) -> "CompileError":
        """Report an error and return the exception to raise."""
        self.error(span, message, notes)
        return CompileError(message)

    def warn(self, name: str, span: Span | None, message: str, notes: Notes = ()) -> None:
        assert name in WARNINGS
        if name in self.disabled:
            return
        severity = "error" if name in self.fatal else "warning"
        if severity == "error":
            self.errors += 1
        else:
            self.warnings += 1
        self._print(Diagnostic(severity, message, span, name, [note(*n) for n in notes]))

    def foreign(self, severity: str, place: Span, message: str) -> None:
        """What another program found, the preprocessor."""
        self.errors += severity == "error"
        self.warnings += severity == "warning"
        self._print(Diagnostic(severity, message, place))

    def set_option(self, option: str) -> bool:
        """Handle what follows -W; False if it is none of ours."""
        if option == "error":
            self.fatal |= set(WARNINGS)
        elif option == "no-error":
            self.fatal.clear()
        elif option == "all":
            self.disabled.clear()
        elif option.startswith("error=") and option[6:] in WARNINGS:
            self.disabled.discard(option[6:])
            self.fatal.add(option[6:])
        elif option.startswith("no-error=") and option[9:] in WARNINGS:
            self.fatal.discard(option[9:])
        elif option.startswith("no-") and option[3:] in WARNINGS:
            self.disabled.add(option[3:])
        elif option in WARNINGS:
            self.disabled.discard(option)
        else:
            return False
        return True

    def finish(self) -> None:
        """The last line: how many."""
        counts = [_count(self.warnings, "warning")] if self.warnings else []
        counts += [_count(self.errors, "error")] if self.errors else []
        if self.form == "text" and counts:
            print(" and ".join(counts) + " generated.", file=self.stream)

    def _print(self, diagnostic: Diagnostic) -> None:
        if self.form == "json":
            print(json.dumps(_as_json(diagnostic)), file=self.stream)
            return
        span = diagnostic.span
        if span is not None and span.line.included_from != self._stack:
            self._stack = span.line.included_from
            for line in reversed(self._stack):
                print(f"In file included from {line.file}:{line.number}:", file=self.stream)
        self.stream.write(render(diagnostic, self.palette))


def _coloured(stream: TextIO, color: str) -> bool:
    """What --color asks for; a terminal gets colours unless NO_COLOR is set or it has none."""
    if color != "auto":
        return color == "always"
    dumb = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    return stream.isatty() and not dumb


def note(span: Span | None, message: str) -> Diagnostic:
    return Diagnostic("note", message, span)


def render(diagnostic: Diagnostic, palette: Palette) -> str:
    """The text of a diagnostic with its source line, caret and notes."""
    bold, plain = palette["message"], palette["plain"]
    span = diagnostic.span
    promoted = "-Werror," if diagnostic.severity == "error" else ""
    suffix = f" [{promoted}-W{diagnostic.name}]" if diagnostic.name else ""
    place = span.place() if span is not None else "mig"
    severity = f"{palette[diagnostic.severity]}{diagnostic.severity}: {plain}"
    message = diagnostic.message + suffix
    if diagnostic.severity != "note":
        message = f"{bold}{message}{plain}"
    out = f"{bold}{place}: {plain}{severity}{message}\n"
    if span is not None and span.line.text:
        gutter = f"{span.line.number:5} | "
        blank = " " * 5 + " | "
        text = span.line.text.rstrip("\n")
        lead = "".join("\t" if c == "\t" else " " for c in text[: span.column - 1])
        lead = lead.ljust(span.column - 1)
        out += f"{gutter}{text}\n{blank}{lead}{palette['caret']}^{'~' * (span.length - 1)}{plain}\n"
    return out + "".join(render(n, palette) for n in diagnostic.notes)


def nearest(word: str, candidates: Iterable[str], limit: int | None = None) -> str:
    """'; did you mean 'X'?' for the candidate most like WORD, or nothing. At most LIMIT letters
    differ, if it is not said a third of them."""
    if limit is None:
        limit = min(len(word) - 1, (len(word) + 2) // 3)
    close = [c for c in sorted(set(candidates)) if abs(len(c) - len(word)) <= limit]
    distances = [(_distance(word.lower(), c.lower()), c) for c in close]
    best, match = min(distances, default=(limit + 1, ""))
    return f"; did you mean '{match}'?" if best <= limit else ""


def _distance(left: str, right: str) -> int:
    """How many letters to insert, drop or change, or neighbours to exchange, to make RIGHT of LEFT."""
    row = list(range(len(right) + 1))
    before: list[int] = []
    for number, letter in enumerate(left, 1):
        earlier, before, row = before, row, [number]
        for column, other in enumerate(right):
            steps = min(before[column] + (letter != other), before[column + 1] + 1, row[column] + 1)
            if earlier and column and letter == right[column - 1] and left[number - 2] == other:
                steps = min(steps, earlier[column - 1] + 1)
            row.append(steps)
    return row[-1]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _as_json(diagnostic: Diagnostic) -> dict[str, object]:
    out: dict[str, object] = {"severity": diagnostic.severity, "message": diagnostic.message}
    if diagnostic.name:
        out["name"] = diagnostic.name
    span = diagnostic.span
    if span is not None:
        out |= {"file": span.line.file, "line": span.line.number}
        out |= {"column": span.column, "length": span.length}
        if span.line.included_from:
            out["included_from"] = [f"{p.file}:{p.number}" for p in span.line.included_from]
    if diagnostic.notes:
        out["notes"] = [_as_json(n) for n in diagnostic.notes]
    return out
