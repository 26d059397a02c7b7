# SPDX-License-Identifier: BSD-2-Clause
"""Trees of the language for hypothesis: every statement, type form, argument and flag, and names
that are keywords elsewhere."""

from hypothesis import strategies as st
import support  # noqa: F401  (it sets the path)

from mig import ast, words
from mig.diagnostics import SourceLine, Span

NOWHERE = Span(SourceLine("", 0, ""), 1)
WORDS = sorted({w for group in (words.STATEMENTS, words.DIRECTIONS, words.FLAGS, words.NATIVES)
                for w in group} | {"array", "struct", "of", "c_string", "x", "Y_2", "_z"})


def is_free(word: str) -> bool:
    return word.lower() != "polymorphic" and not word.startswith("MACH_MSG_TYPE_")


free_words = st.one_of(st.sampled_from(WORDS), st.from_regex(r"[A-Za-z_]\w{0,8}", fullmatch=True)
                       ).filter(lambda w: w.isascii() and is_free(w))
names = free_words.map(lambda text: ast.Name(text, NOWHERE))
sizes = st.integers(1, 0xFFFFFFFF)
prim_words = st.one_of(st.sampled_from(sorted(words.PRIMS)), st.integers(0, 99).map(str))
prims = st.builds(
    ast.PrimSpec, *[prim_words.map(lambda text: ast.Name(text, NOWHERE)) for _ in range(2)]
)
phrases = st.lists(free_words, min_size=1, max_size=3).map(" ".join)
natives = st.one_of(
    st.builds(ast.NativeSpec, st.sampled_from(("PointerTo", "ValueOf")), phrases, st.just(""),
              st.just(NOWHERE)),
    st.builds(ast.NativeSpec, st.just("PointerToIfNot"), phrases, phrases, st.just(NOWHERE)),
)


def composed(inner: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        st.builds(ast.PointerSpec, inner, st.just(NOWHERE)),
        st.builds(ast.ArraySpec, inner, sizes, st.booleans(), st.just(NOWHERE)),
        st.builds(ast.ArraySpec, inner, st.none(), st.just(True), st.just(NOWHERE)),
        st.builds(ast.StructSpec, inner, sizes, st.just(NOWHERE)),
    )


specifications = st.recursive(
    st.one_of(
        prims, st.builds(ast.NameSpec, names), natives,
        st.builds(ast.StringSpec, sizes, st.booleans(), st.just(NOWHERE)),
        st.builds(ast.LongSpec, prims, sizes, st.just(NOWHERE)),
        st.builds(ast.RecordSpec, st.lists(st.tuples(names, names), min_size=1, max_size=3),
                  st.just(NOWHERE)),
    ),
    composed, max_leaves=4,
)
translations = st.one_of(
    st.builds(ast.Translation, st.sampled_from(("ctype", "cusertype", "cservertype")),
              st.just(NOWHERE), names),
    st.builds(ast.Translation, st.sampled_from(("intran", "outtran")), st.just(NOWHERE), names,
              names, names),
    st.builds(ast.Translation, st.just("destructor"), st.just(NOWHERE), st.none(), names, names),
    st.builds(ast.Translation, st.just("intranpayload"), st.just(NOWHERE), names, names),
)
declarations = st.builds(
    ast.TypeDecl, names,
    st.builds(ast.TransType, specifications, st.lists(translations, max_size=3)),
)
flags = st.builds(ast.Flag, st.sampled_from(words.FLAGS), st.booleans(), st.just(NOWHERE))
arguments = st.builds(
    ast.Argument,
    st.one_of(st.none(), st.sampled_from(words.DIRECTIONS).map(lambda t: ast.Name(t, NOWHERE))),
    names, st.one_of(names, declarations, natives), st.lists(flags, max_size=3),
)


def option(kinds: tuple[str, ...], values: st.SearchStrategy) -> st.SearchStrategy:
    lower = st.sampled_from([kind.lower() for kind in kinds])
    return st.builds(ast.Option, lower, values, st.just(NOWHERE))


statements = st.one_of(
    st.builds(ast.Subsystem, names, st.integers(0, 0xFFFFFFFF), st.booleans(), st.booleans()),
    option(words.NAME_OPTIONS, free_words),
    option(words.WORD_OPTIONS, st.from_regex(r"[-/._$A-Za-z0-9]{1,9}", fullmatch=True)),
    option(words.EMPTY_OPTIONS, st.just("")),
    option(words.NUMBER_OPTIONS + words.EXACT_NUMBER_OPTIONS, st.integers(0, 9999).map(str)),
    option(("rcsid",), st.just('"$Id: x.defs; 1 $"')),
    option(("consumeonsenderror",), st.sampled_from(("none", "timeout", "any"))),
    st.builds(ast.Import, st.sampled_from(words.IMPORTS),
              st.sampled_from(('"a b.h"', "<mach/x-y.h>", '"//"')), st.just(NOWHERE)),
    declarations,
    st.builds(ast.Skip, st.integers(0, 200), st.just(NOWHERE)),
    st.builds(ast.Routine, names, st.booleans(), st.lists(arguments, max_size=4)),
)
