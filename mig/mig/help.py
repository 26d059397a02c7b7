# SPDX-License-Identifier: BSD-2-Clause
"""What the compiler says about its options: the help texts, from the tables of options."""

import textwrap
from collections.abc import Iterable

from mig.options import IGNORED, OPTIONS, SECTIONS, Option

HEAD = """\
usage: mig [options] FILE.defs ...
       mig VERB [options] FILE.defs ...

Reads an interface description and writes C: headers, user stubs, server stubs and a demux.
Other options that begin with '-' go to the C preprocessor.

Verbs (mig VERB --help):
"""
WIDTH = 100
COLUMN = 24


def usage(verbs: dict[str, str]) -> str:
    """The compiler's help; VERBS with their summaries."""
    out = HEAD + "".join(_entry(name, summary) for name, summary in verbs.items())
    for section in SECTIONS:
        chosen = [option for option in OPTIONS if option.section == section]
        out += f"\n{section}:\n"
        out += _list(chosen) if section == IGNORED else options_of(chosen)
    return out


def options_of(options: Iterable[Option]) -> str:
    """A line for each option."""
    return "".join(_entry(spelling(option), option.summary) for option in options)


def spelling(option: Option) -> str:
    """The option as it is written, with a word for its value."""
    if option.choices:
        return f"{option.names}={'|'.join(option.choices)}"
    gap = "" if option.joined else " "
    return ", ".join(option.all_names) + (gap + option.value if option.value else "")


def _list(options: list[Option]) -> str:
    """Many options in few lines."""
    words = [name + (f" {option.value}" if option.value else "").replace(" ", "\0")
             for option in options for name in option.all_names]
    lines = textwrap.wrap(" ".join(words), WIDTH - 2)
    return "".join(f"  {line}\n" for line in lines).replace("\0", " ")


def _entry(left: str, right: str) -> str:
    if len(left) + 4 > COLUMN and right:
        return f"  {left}\n{' ' * COLUMN}{right}\n"
    return f"  {left:{COLUMN - 2}}{right}".rstrip() + "\n"
