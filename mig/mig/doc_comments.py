# SPDX-License-Identifier: BSD-2-Clause
"""Doc comments: prose and @tags that stand before what they describe in the original .defs file.

The preprocessor removes comments, so other compilers never see them. Here they are found again by
position: a comment that ends on the line before, or one that begins with /**< behind it.
"""

import re
from dataclasses import dataclass, field

from mig.diagnostics import SourceLine, Span

TAG = re.compile(r"@([a-zA-Z]\w*)\s*(.*)")
BEHIND = re.compile(r"/\*\*<(.*?)\*/")


@dataclass(frozen=True)
class Tag:
    """`@name text`; what follows on more lines belongs to it."""

    name: str
    text: str
    span: Span


@dataclass
class Doc:
    text: str = ""  # paragraphs, separated by empty lines
    tags: list[Tag] = field(default_factory=list)

    def all(self, name: str) -> list[Tag]:
        return [t for t in self.tags if t.name == name]


class Comments:
    """The comments of all files that spans name; each file is read once."""

    def __init__(self) -> None:
        self._files: dict[str, list[str]] = {}

    def _lines(self, file: str) -> list[str]:
        if file not in self._files:
            try:
                with open(file, encoding="utf-8", errors="replace") as stream:
                    self._files[file] = stream.read().split("\n")
            except OSError:
                self._files[file] = []
        return self._files[file]

    def of(self, span: Span, opening: str = "/**") -> Doc:
        """The comment of what stands at SPAN; empty if there is none that begins with OPENING."""
        lines, number = self._lines(span.line.file), span.line.number
        if not 0 < number <= len(lines):
            return Doc()
        behind = BEHIND.search(lines[number - 1])
        if behind:
            source = SourceLine(span.line.file, number, lines[number - 1])
            return _parse([(source, part) for part in re.split(r"\s(?=@)", behind[1])])
        end = number - 1
        first = _first_line(lines, end, opening)
        body = [(SourceLine(span.line.file, n, lines[n - 1]), lines[n - 1])
                for n in range(first, end + 1)] if first else []
        return _parse(body)

    def of_statement(self, span: Span, keyword: str) -> Doc:
        """The comment, of any kind, before the statement KEYWORD in which SPAN is, lines later."""
        lines = self._lines(span.line.file)
        number = min(span.line.number, len(lines))
        while number > 1 and not lines[number - 1].lower().startswith(keyword):
            number -= 1
        line = SourceLine(span.line.file, number, "")
        return self.of(Span(line, span.column, 1), "/*")


def _first_line(lines: list[str], end: int, opening: str) -> int:
    """The line on which the comment begins that ends line END; 0 if none does."""
    if end < 1 or not lines[end - 1].rstrip().endswith("*/"):
        return 0
    for number in range(end, 0, -1):
        text = lines[number - 1].strip()
        if "/*" in text:
            return number if text.startswith(opening) and "SPDX" not in text else 0
    return 0


def _parse(body: list[tuple[SourceLine, str]]) -> Doc:
    doc = Doc()
    words: list[str] = []
    for source, raw in body:
        text = re.sub(r"^\s*/?\*+<?(?!/)\s?", "", raw, count=1)
        text = re.sub(r"\s*\*+/\s*$", "", text).strip()
        tag = TAG.match(text)
        if tag:
            span = Span(source, source.text.find("@" + tag[1]) + 1, len(tag[1]) + 1)
            doc.tags.append(Tag(tag[1], tag[2].strip(), span))
        elif doc.tags and text:
            last = doc.tags[-1]
            doc.tags[-1] = Tag(last.name, f"{last.text} {text}".strip(), last.span)
        elif not doc.tags:
            words.append(text)
    doc.text = "\n".join(words).strip("\n")
    return doc
