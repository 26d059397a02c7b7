# SPDX-License-Identifier: BSD-2-Clause
"""Functions of a routine that many ask for, worked out once for each routine."""

import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from mig.ir import Routine

More = ParamSpec("More")
Result = TypeVar("Result")
Function = Callable[Concatenate[Routine, More], Result]

MOST = 1000  # results that are kept


def for_each_routine(make: Function[More, Result]) -> Function[More, Result]:
    """MAKE, whose results are kept: nobody may change them, nor what a routine they were made of
    says. What else MAKE takes is hashed, and passed by position."""
    kept: dict[tuple[Any, ...], tuple[Routine, Result]] = {}

    @functools.wraps(make)
    def found(routine: Routine, /, *more: More.args, **named: More.kwargs) -> Result:
        key = (id(routine), *more)
        if key not in kept:
            if len(kept) == MOST:
                kept.clear()
            kept[key] = routine, make(routine, *more, **named)  # the routine stays, so its id does
        return kept[key][1]

    return found
