# SPDX-License-Identifier: BSD-2-Clause
"""Writes indented C: lines, blocks, comments, calls that wrap at the margin."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

INDENT = "    "
MARGIN = 100


class Writer:
    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0

    def text(self) -> str:
        return "\n".join(self._lines).rstrip("\n") + "\n"

    def line(self, text: str = "") -> None:
        self._lines.append(INDENT * self._depth + text if text else "")

    def raw(self, text: str) -> None:
        """Lines that begin in column 1 wherever they stand: preprocessor lines."""
        self._lines.append(text)

    def lines(self, text: str) -> None:
        for line in text.strip("\n").split("\n"):
            self.line(line)

    def blank(self) -> None:
        """One empty line, unless there is one or a block has just begun."""
        if self._lines and self._lines[-1] and not self._lines[-1].endswith("{"):
            self._lines.append("")

    def comment(self, text: str) -> None:
        self.line(f"/* {text} */")

    def step(self, text: str) -> None:
        """A comment that names the next step of a stub."""
        self.blank()
        self.comment(text)

    @contextmanager
    def block(self, head: str, tail: str = "}") -> Iterator[None]:
        self.line(head + " {" if head else "{")
        self._depth += 1
        yield
        self._depth -= 1
        self.line(tail)

    @contextmanager
    def literal(self, place: str, kind: str) -> Iterator[None]:
        """PLACE becomes a KIND with the members that are written."""
        self.line(f"{place} = ({kind}){{")
        self._depth += 1
        yield
        self._depth -= 1
        self.line("};")

    def loop(self, index: str, count: int | str) -> AbstractContextManager[None]:
        """A loop of COUNT rounds."""
        return self.block(f"for (unsigned int {index} = 0; {index} < {count}; {index}++)")

    @contextmanager
    def function(self, result: str, head: str, parameters: list[str]) -> Iterator[None]:
        """A definition: the result type on its own line, parameters wrapped."""
        if not (self._lines and self._lines[-1].endswith("*/")):
            self.blank()
        self.line(result)
        self.wrapped(head + "(", parameters or ["void"], ")")
        with self.block(""):
            yield

    def assign(self, left: str, right: str) -> None:
        """LEFT = RIGHT; on further lines if it is long."""
        text = f"{left} = {right};"
        if len(INDENT) * self._depth + len(text) <= MARGIN:
            self.line(text)
            return
        self.line(f"{left} =")
        line = ""
        for operand in _operands(right + ";"):
            if line and len(INDENT) * (self._depth + 1) + len(line + operand) > MARGIN:
                self.line(INDENT + line.rstrip())
                line = ""
            line += operand
        self.line(INDENT + line)

    def wrapped(self, head: str, parts: list[str], tail: str) -> None:
        """HEAD, PARTS separated by commas, TAIL; continued under the opening parenthesis."""
        column = len(INDENT) * self._depth + len(head)
        if column > MARGIN // 2:
            column = len(INDENT) * (self._depth + 1)
        line = head
        for number, part in enumerate(parts):
            piece = part + ("," if number < len(parts) - 1 else tail)
            used = len(INDENT) * self._depth + len(line) if number == 0 else len(line)
            if number and used + 1 + len(piece) > MARGIN:
                self._lines.append(line)
                line = " " * column + piece
            elif number:
                line += " " + piece
            else:
                line = INDENT * self._depth + line + piece
        self._lines.append(line)

    def condition(self, operands: list[str], then: str, operator: str = "||") -> None:
        """if (one || another || ...) { then }"""
        self.condition_block(operands, lambda: self.line(then), operator)

    def condition_block(
        self, operands: list[str], then: Callable[[], object], operator: str = "||"
    ) -> None:
        """The same with THEN writing the body; one operand a line if they are long."""
        joined = f" {operator} ".join(operands)
        head = f"if ({joined})"
        if len(INDENT) * self._depth + len(head) + 2 > MARGIN and len(operands) > 1:
            self.line(f"if ({operands[0]} {operator}")
            for operand in operands[1:-1]:
                self.line(f"    {operand} {operator}")
            head = f"    {operands[-1]})"
        with self.block(head):
            then()


def _operands(expression: str) -> list[str]:
    """EXPRESSION cut behind the operators that are in no parentheses."""
    out, depth, begin = [], 0, 0
    for place, letter in enumerate(expression):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0 and expression[place : place + 3] in (" | ", " + ", " - ", " ? ", " : "):
            out.append(expression[begin : place + 3])
            begin = place + 3
    return [*out, expression[begin:]]
