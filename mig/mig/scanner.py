# SPDX-License-Identifier: BSD-2-Clause
"""Text to tokens.

All tokens are made at once. The few places where the language wants another kind of word (a file
name after import, a C word after waittime) are read again from the raw line by raw_match(), which
tells how many tokens the match covers; so the scanner needs no modes.
"""

import re
from typing import NamedTuple

from mig.diagnostics import SourceLine, Span
from mig.preprocess import Line

TOKEN = re.compile(
    r"(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>0[xX][0-9a-fA-F]+|[0-9]+)"
    r'|(?P<string>"[^"\n]*")'
    r"|(?P<punct>[:;,+\-*/()=^~<>\[\]|{}])"
    r"|(?P<stray>[^ \t\r\f\v])"
)
FILE_NAME = re.compile(r'"[^"\n]*"|<[^<>\n]*>')
BARE_WORD = re.compile(r"[-/._$A-Za-z0-9]+")
QUOTED = re.compile(r'"[^"\n]*"')


class Token(NamedTuple):
    """One token; `line` and `start` find its raw text again."""

    kind: str  # word, number, string, punct, stray, end
    text: str
    line: Line
    start: int

    @property
    def lower(self) -> str:
        return self.text.lower()

    @property
    def span(self) -> Span:
        """Where the token stands in the original file."""
        source, start = self.line.source, self.start
        if not source.text.startswith(self.text, start):
            start = _elsewhere(self)
        return Span(source, start + 1, len(self.text) or 1)

    def describe(self) -> str:
        if self.kind == "end":
            return "end of file"
        return f"'{self.text}'"


def scan(lines: list[Line]) -> list[Token]:
    """All tokens of LINES, closed by one of kind end."""
    tokens = [
        Token(match.lastgroup or "", match[0], line, match.start())
        for line in lines for match in TOKEN.finditer(line.text)
    ]
    if lines:
        tokens.append(Token("end", "", lines[-1], len(lines[-1].text.rstrip())))
    else:
        tokens.append(Token("end", "", Line("", SourceLine("", 0, "")), 0))
    return tokens


def raw_match(tokens: list[Token], index: int, pattern: re.Pattern[str]) -> tuple[str, int] | None:
    """Read PATTERN from the raw text at token INDEX: the match and the index after it."""
    first = tokens[index]
    if first.kind == "end":
        return None
    match = pattern.match(first.line.text, first.start)
    if not match or not match[0]:
        return None
    while tokens[index].line is first.line and tokens[index].kind != "end":
        if tokens[index].start >= match.end():
            break
        index += 1
    return match[0], index


def _elsewhere(token: Token) -> int:
    """The token's column (from 0) in an original line that macros have changed."""
    raw, original = token.line.text, token.line.source.text
    start = token.start
    word = re.escape(token.text)
    if token.kind == "word":
        word = rf"(?<!\w){word}(?!\w)"
    before = len(re.findall(word, raw[:start]))
    places = [m.start() for m in re.finditer(word, original)]
    if not places or not token.text:
        return min(start, max(0, len(original.rstrip()) - 1))
    return places[min(before, len(places) - 1)]
