# SPDX-License-Identifier: BSD-2-Clause
"""Runs the C preprocessor over a .defs file and keeps track of where each line came from.

Comments, #include, #define and #if belong to the preprocessor. What it leaves are text lines and
line markers; from the markers each text line gets its file, number and include stack. Carets are
drawn into the original line when that can be read and still shows the text.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass

from mig.diagnostics import CompileError, Diagnostics, SourceLine, Span

MARKER = re.compile(r'#\s*(?:line\s+)?(\d+)(?:\s+"((?:[^"\\]|\\.)*)"((?:\s+\d+)*))?\s*$')
MESSAGE = re.compile(
    r"(?P<file>[^:\s][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? "
    r"(?P<severity>fatal error|error|warning|note): (?P<text>.*)"
)
DIRECTIVE = re.compile(r"#\s*([a-z]+)\b")
SKIPPED = frozenset({"pragma", "define", "undef", "ident", "line"})


Stack = tuple[SourceLine, ...]  # the lines that included this one, innermost first


@dataclass
class Line:
    """A line after preprocessing: its text, and the source line it came from."""

    text: str
    source: SourceLine


# GNU's preprocessor starts three times as fast as clang, and a small file takes no longer than that.
# Elsewhere than on Linux, cpp may be one for C before 1989.
PREPROCESSORS = (*(["cpp"] if sys.platform == "linux" else []), "clang-19", "clang", "cc", "gcc")
COMPILERS = ("clang-19", "clang", "cc", "gcc")


def find_compiler(option: str | None, known: tuple[str, ...] = COMPILERS) -> list[str]:
    """The C compiler's command: -cc, $MIGCC, or the first of KNOWN on the path."""
    chosen = option or os.environ.get("MIGCC")
    if chosen:
        return shlex.split(chosen)
    return [next((name for name in known if shutil.which(name)), known[0])]


def run(path: str, compiler: list[str], arguments: list[str], diagnostics: Diagnostics) -> str:
    """The preprocessed text of PATH; the preprocessor's own messages go out unchanged."""
    folder = os.path.dirname(path) or "."
    command = compiler + ["-E", "-x", "c", "-D__MACH30__", f"-I{folder}"] + arguments + [path]
    try:
        result = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise diagnostics.fail(None, f"cannot run '{compiler[0]}': {error.strerror}") from error
    messages = result.stderr.decode("utf-8", "replace")
    if diagnostics.form == "text":
        diagnostics.stream.write(messages)
    else:
        _pass_on(messages, diagnostics)
    if result.returncode != 0:
        raise _failed(compiler, messages, diagnostics)
    return result.stdout.decode("utf-8", "replace")


def _failed(command: list[str], messages: str, diagnostics: Diagnostics) -> CompileError:
    """The preprocessor gave up; usually it has said why."""
    if not messages:
        return diagnostics.fail(None, f"'{command[0]}' failed without a word")
    diagnostics.errors = max(diagnostics.errors, 1)
    return CompileError("preprocessor")


def _pass_on(messages: str, diagnostics: Diagnostics) -> None:
    """The preprocessor's messages as ours, for --format=json; its carets are left out."""
    for line in messages.split("\n"):
        match = MESSAGE.match(line)
        if match:
            place = SourceLine(match["file"], int(match["line"]), "")
            severity = match["severity"].replace("fatal ", "")
            diagnostics.foreign(severity, Span(place, int(match["column"] or 1)), match["text"])


class _Files:
    """The original text of the files that markers name, read once each."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def line(self, file: str, number: int) -> str | None:
        if file not in self._lines:
            try:
                with open(file, encoding="utf-8", errors="replace") as stream:
                    self._lines[file] = stream.read().split("\n")
            except OSError:
                self._lines[file] = []
        lines = self._lines[file]
        return lines[number - 1] if 0 < number <= len(lines) else None


def split_lines(
    text: str, path: str, diagnostics: Diagnostics, skipped: frozenset[str] = SKIPPED
) -> list[Line]:
    """Cut preprocessed TEXT into lines with their origin; blank ones are dropped. The directives
    SKIPPED may be left in it, all others are errors."""
    files = _Files()
    out: list[Line] = []
    file, number = path, 0
    stack: Stack = ()
    for raw in text.split("\n"):
        number += 1
        if raw.startswith("#"):
            marker, directive = MARKER.match(raw), DIRECTIVE.match(raw)
            if directive[1] not in skipped if directive else not marker:
                _stray_directive(SourceLine(file, number, raw, stack), diagnostics)
            if marker:
                name = _unquote(marker[2]).removeprefix("./") if marker[2] is not None else file
                stack = _follow(stack, file, number, name, (marker[3] or "").split())
                file, number = name, int(marker[1]) - 1
            continue
        if raw.strip():
            original = files.line(file, number)
            out.append(Line(raw, SourceLine(file, number, original or raw, stack)))
    return out


def included_files(text: str, path: str) -> list[str]:
    """The files that went into preprocessed TEXT, in the order of their first use."""
    found = {path: None}
    for raw in text.split("\n"):
        marker = MARKER.match(raw) if raw.startswith("#") else None
        if marker and marker[2] and not marker[2].startswith("<"):
            found.setdefault(_unquote(marker[2]))
    return list(found)


def _follow(stack: Stack, file: str, number: int, name: str, flags: list[str]) -> Stack:
    """The include stack after a marker: flag 1 enters a file, flag 2 returns from one."""
    if "1" in flags and not file.startswith("<") and number > 0:
        return (SourceLine(file, number, ""),) + stack
    if "2" in flags:
        return stack[1:]
    return stack


def _stray_directive(source: SourceLine, diagnostics: Diagnostics) -> None:
    diagnostics.error(Span(source, 1, len(source.text)), "unknown # line after preprocessing")


def _unquote(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name)
