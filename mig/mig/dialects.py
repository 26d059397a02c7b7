# SPDX-License-Identifier: BSD-2-Clause
"""What Apple's and GNU's compilers refuse, for --peer. Without it everything of both is accepted.

The words of a dialect are in `words`; here is what only one of the two compilers makes of them, as
it is seen when they are given the same files.
"""

from dataclasses import dataclass

from mig import words
from mig.preprocess import SKIPPED


@dataclass(frozen=True)
class Dialect:
    """One peer; the default refuses nothing."""

    title: str = ""  # as in "is not in Apple's dialect"
    keywords: frozenset[str] = frozenset()  # in lower case; none can be a name
    exact_keywords: frozenset[str] = frozenset()  # those whose case matters
    foreign: frozenset[str] = frozenset()  # words and IPC types that only the other peer knows
    unsized: frozenset[str] = frozenset()  # IPC types that need a size in parentheses
    directives: frozenset[str] = SKIPPED  # the # lines that the preprocessor may leave
    predeclared: frozenset[str] = frozenset()  # C types known from the start
    decimal_only: bool = False
    subsystem_first: bool = False  # before any type or routine, and only one
    plain_elements: bool = False  # elements of arrays and structs have one size, lie in the message
    inout_lists: bool = True  # array[*:n] of ^array[] can go both ways
    type_numbers: bool = True  # a number may stand for an IPC type
    type_twice: bool = True  # a later declaration of a type replaces the first
    dealloc_of_rights: bool = True  # dealloc[] of rights in the message is only without effect

    def reserves(self, text: str) -> bool:
        """No name may be TEXT."""
        return text.lower() in self.keywords or text in self.exact_keywords


def _names(*names: str) -> frozenset[str]:
    return frozenset(f"MACH_MSG_TYPE_{name}" for name in names)


_KEYWORDS = frozenset(
    word.lower()
    for word in (*words.STATEMENTS, *words.DIRECTIONS, *words.FLAGS, *words.TRANSLATIONS,
                 "array", "struct", "of", "c_string", "kerneluser", "kernelserver", "polymorphic")
    if word not in words.EXACT
)
_NOT_APPLES = frozenset(words.GNU_ONLY) | _names("STRING", "STRING_C")
_NOT_GNUS = frozenset(words.APPLE_ONLY) | _names("REAL_32", "REAL_64")
DIALECTS = {
    "": Dialect(predeclared=frozenset(words.GNU_PREDECLARED)),
    "apple": Dialect(
        title="Apple's",
        keywords=_KEYWORDS - _NOT_APPLES,
        exact_keywords=(frozenset(words.PRIMS) | words.EXACT) - _NOT_APPLES,
        foreign=_NOT_APPLES,
        directives=frozenset({"pragma"}),
        decimal_only=True,
        inout_lists=False,
        type_numbers=False,
        dealloc_of_rights=False,
    ),
    "gnu": Dialect(
        title="GNU's",
        keywords=_KEYWORDS - _NOT_GNUS,
        exact_keywords=(frozenset(words.PRIMS) | words.EXACT) - _NOT_GNUS,
        foreign=_NOT_GNUS,
        unsized=_names("UNSTRUCTURED", "STRING", "STRING_C", "POLYMORPHIC"),
        directives=frozenset({"define"}),
        predeclared=frozenset({"char", "short", "int", "int64", "uintptr_t", "intptr_t"}),
        decimal_only=True,
        subsystem_first=True,
        plain_elements=True,
        type_twice=False,
    ),
}
