# SPDX-License-Identifier: BSD-2-Clause
"""The front of the compiler in one call: a .defs file to the interface it describes."""

import os
from dataclasses import dataclass
from typing import TextIO

from mig import annotations, ast, dialects, model, parser, preprocess, resolve, scanner
from mig.diagnostics import WARNINGS, CompileError, Diagnostics, SourceLine, Span, nearest
from mig.ir import Interface
from mig.options import Options, UsageError


@dataclass
class Source:
    """One .defs file that was read."""

    path: str
    text: str  # preprocessed
    interface: Interface | None  # None: types alone, or errors


def diagnostics_for(options: Options, stream: TextIO | None = None) -> Diagnostics:
    """Diagnostics as the -W options want them; -W options that are not ours go to cpp."""
    diagnostics = Diagnostics(stream, options.format, options.color)
    if options.quiet:
        diagnostics.disabled |= set(WARNINGS)
    for option in options.warnings:
        if not diagnostics.set_option(option):
            name = option.removeprefix("no-").removeprefix("error=")
            near = nearest("-W" + name, ["-W" + known for known in WARNINGS], 1)
            if near:
                raise UsageError(f"unknown warning '-W{option}'{near}")
            options.preprocessor.append(f"-W{option}")
    return diagnostics


def read(path: str, options: Options, diagnostics: Diagnostics) -> Source:
    """Preprocess and analyse PATH; errors are in DIAGNOSTICS, the worst of them are thrown."""
    if not os.path.exists(path):
        raise diagnostics.fail(None, f"no such file: '{path}'")
    if not os.path.isfile(path):
        what = "a folder" if os.path.isdir(path) else "no regular file, and would be read more than once"
        raise diagnostics.fail(None, f"'{path}' is {what}")
    if path.endswith(".json"):
        return Source(path, "", _described(path, diagnostics))
    # GNU's preprocessor is for one target only, which need not be the one that is asked for.
    targets = any(a.startswith("--target=") for a in options.preprocessor)
    known = preprocess.COMPILERS if targets else preprocess.PREPROCESSORS
    compiler = preprocess.find_compiler(options.compiler, known)
    text = preprocess.run(path, compiler, options.preprocessor, diagnostics)
    return Source(path, text, analyse(text, path, diagnostics, options))


def _described(path: str, diagnostics: Diagnostics) -> Interface:
    """The interface that `mig --json` wrote to PATH."""
    try:
        return model.load(path)
    except ValueError as error:
        raise diagnostics.fail(None, str(error)) from error


def read_all(paths: list[str], options: Options, diagnostics: Diagnostics) -> list[Interface]:
    """The interfaces of all PATHS, in their order; files of types alone are left out."""
    found = []
    for path in paths:
        try:
            interface = read(path, options, diagnostics).interface
        except CompileError:
            continue  # reported; the other files are read all the same
        if interface is not None:
            found.append(interface)
    return found


def parse(
    text: str, path: str, diagnostics: Diagnostics, options: Options
) -> list[ast.Statement]:
    """The tree of preprocessed TEXT."""
    skipped = dialects.DIALECTS[options.peer].directives
    lines = preprocess.split_lines(text, path, diagnostics, skipped)
    return parser.parse(scanner.scan(lines), diagnostics, options.peer)


def analyse(
    text: str, path: str, diagnostics: Diagnostics, options: Options
) -> Interface | None:
    """The interface that preprocessed TEXT describes."""
    statements = parse(text, path, diagnostics, options)
    if diagnostics.errors and not statements:
        return None
    beginning = Span(SourceLine(path, 1, ""), 1)
    interface = resolve.resolve(
        statements, diagnostics, options.peer, options.check_only, beginning
    )
    if interface is not None:
        annotations.annotate(interface, diagnostics)
        for routine in interface.routines:
            if routine.on_stack_limit is None:
                routine.on_stack_limit = options.stack_limit
    return interface
