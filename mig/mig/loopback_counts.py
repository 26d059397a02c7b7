# SPDX-License-Identifier: BSD-2-Clause
"""How many elements the arguments of a routine have in a loop-back program (emit_loopback), as C
expressions of which both sides know the value."""

from mig.ir import Argument, Routine, Type
from mig.loopback_rights import Rights

ROOM = 40  # elements of an array without a bound


class Counts(Rights):
    """One routine: `tag` of an argument is its place; of its result, TAG_OUT more."""

    def __init__(self, routine: Routine):
        self.routine = routine

    def tag(self, argument: Argument) -> str:
        return str(next(n for n, a in enumerate(self.routine.arguments, 1) if a is argument))

    def _sharers(self, argument: Argument) -> list[Argument]:
        """The arguments that have one count together."""
        owner = argument.same_count or argument
        return [a for a in self.routine.arguments if a is owner or a.same_count is owner]

    def bound(self, argument: Argument) -> int:
        """How many elements there can be, in each array that shares the count; 0: any number."""
        return min((a.type.count for a in self._sharers(argument) if a.type.count), default=0)

    def _count(self, argument: Argument, out_tag: bool, limit: str = "") -> str:
        """The number of elements that travel, as both sides know it."""
        owner = argument.same_count or argument
        bounds = [a.type.count or ROOM for a in self._sharers(argument)]
        tag = f"{'TAG_OUT + ' if out_tag else ''}{self.tag(owner)}"
        some = "loop_some" if any(a.nonnull for a in self._sharers(argument)) else "loop_count"
        return f"{some}({tag}, {limit or min(bounds)}, {argument.type.element_size})"

    def given(self, argument: Argument, returned: bool) -> str:
        """The count that is given with it: in some calls one that is too large."""
        owner = argument.same_count or argument
        count = self.elements(argument, returned)
        if not owner.type.count or not argument.type.variable:
            return count
        tag = f"{'TAG_OUT + ' if returned else ''}{self.tag(owner)}"
        return f"loop_given_count({tag}, {count}, {owner.type.count})"

    def capacity(self, argument: Argument) -> str:
        """How many elements the caller has room for: fewer than there can be, if it may say so."""
        owner, bound = argument.same_count or argument, self.bound(argument)
        if not owner.count_in_out or bound == 1:
            return str(bound)
        return f"{bound - 1} - {self.tag(owner)} % {bound - 1}"

    def elements(self, argument: Argument, returned: bool) -> str:
        """Number of elements of a fixed or variable array, in this direction."""
        t = argument.type
        if not t.variable:
            return str(t.count)
        limited = returned and not t.out_of_line
        return self._count(argument, returned, self.capacity(argument) if limited else "")

    def list_count(self, t: Type, tag: str) -> str:
        assert t.element is not None
        if not t.element.variable:
            return str(t.element.count)
        return f"loop_count({tag}, {t.element.count or ROOM}, {t.element.element_size})"

    def list_given(self, t: Type, tag: str) -> str:
        """The count that is given with one region: in some calls one that is too large."""
        assert t.element is not None
        count = self.list_count(t, tag)
        if t.variable or not t.element.variable or not t.element.count:
            return count
        return f"loop_given_count({tag}, {count}, {t.element.count})"

    def port(self, argument: Argument, tag: str) -> str:
        return f"loop_{'some_' if argument.nonnull else ''}port({tag}, 0)"
