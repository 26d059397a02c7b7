# SPDX-License-Identifier: BSD-2-Clause
"""What @tags promise about arguments, brought to the arguments: some of it the stubs check.

In a routine's comment a tag names its argument (`@range amount 0..4096`); in an argument's own
comment it does not.
"""

import re

from mig.diagnostics import Diagnostics, nearest
from mig.doc_comments import Comments, Tag
from mig.ir import Argument, Interface, Routine, Shape
from mig.words import PRIMS

# Of the whole routine.
ROUTINE_TAGS = ("error", "since", "deprecated", "async", "idempotent", "returns")
# Of one argument.
ARGUMENT_TAGS = ("range", "utf8", "nonnull", "nullable", "consumes", "borrows", "flags")
RANGE = re.compile(r"(-?\w+)\s*\.\.\s*(-?\w+)\b")
RIGHTS = (Shape.PORT, Shape.OOL, Shape.OOL_PORTS)


def annotate(interface: Interface, diagnostics: Diagnostics) -> None:
    """Read the comments of INTERFACE and of all that is in it."""
    comments = Comments()
    if interface.span is not None:
        interface.doc = comments.of_statement(interface.span, "subsystem")
    for routine in interface.routines:
        _Annotator(routine, comments, diagnostics).run()


class _Annotator:
    def __init__(self, routine: Routine, comments: Comments, diagnostics: Diagnostics):
        self.routine = routine
        self.comments = comments
        self.diagnostics = diagnostics

    def run(self) -> None:
        self.routine.doc = self.comments.of(self.routine.span)
        for tag in self.routine.doc.tags:
            if tag.name in ARGUMENT_TAGS:
                self._named(tag)
            elif tag.name not in ROUTINE_TAGS:
                near = nearest(tag.name, ROUTINE_TAGS + ARGUMENT_TAGS)
                self._warn(tag, f"unknown annotation '@{tag.name}'{near}")
        for argument in self.routine.arguments:
            if argument.span.line == self.routine.span.line:
                continue  # the comment before this line is the routine's
            argument.doc = self.comments.of(argument.span)
            for tag in argument.doc.tags:
                if tag.name in ARGUMENT_TAGS:
                    self._apply(argument, tag, tag.text)
                else:
                    self._warn(tag, f"'@{tag.name}' is no annotation of an argument")

    def _warn(self, tag: Tag, message: str) -> None:
        self.diagnostics.warn("annotation", tag.span, message)

    def _named(self, tag: Tag) -> None:
        name, _, rest = tag.text.partition(" ")
        argument = next((a for a in self.routine.arguments if a.name == name), None)
        if argument is None:
            near = nearest(name, [a.name for a in self.routine.arguments])
            self._warn(tag, f"'@{tag.name}' names '{name}', which is no argument{near}")
            return
        self._apply(argument, tag, rest.strip())

    def _apply(self, argument: Argument, tag: Tag, text: str) -> None:
        fault = getattr(self, "_" + tag.name, self._note)(argument, text)
        if fault:
            self._warn(tag, f"'@{tag.name}' of '{argument.name}': {fault}")
            return
        argument.notes.append((tag.name, text))

    def _note(self, argument: Argument, _: str) -> str:
        """Tags that only tell."""
        return ""

    def _range(self, argument: Argument, text: str) -> str:
        match = RANGE.match(text)
        t = argument.type
        prim = PRIMS.get(t.sent)
        integer = prim is not None and "REAL" not in prim.name and not prim.port
        if t.shape is not Shape.DATA or not integer:
            return "it is no integer"
        try:
            low, high = (int(g, 0) for g in match.groups()) if match else (1, 0)
        except ValueError:
            low, high = 1, 0
        if low > high:
            return "a range is written LOW..HIGH, in numbers"
        argument.range = (low, high)
        return ""

    def _utf8(self, argument: Argument, _: str) -> str:
        t = argument.type
        packed = t.shape is Shape.VAR and t.element_size == 1
        if not packed and t.shape not in (Shape.STRING, Shape.VAR_STRING):
            return "it is no text inline"
        argument.utf8 = True
        return ""

    def _nonnull(self, argument: Argument, _: str) -> str:
        if argument.type.shape not in RIGHTS or not (argument.sent or argument.returned):
            return "it is neither a right nor memory"
        argument.nonnull = True
        return ""

    def _nullable(self, argument: Argument, _: str) -> str:
        return "" if argument.type.descriptor else "it is neither a right nor memory"

    def _consumes(self, argument: Argument, _: str) -> str:
        if not argument.type.descriptor or not argument.sent:
            return "only rights and memory that come in can be consumed"
        return ""
