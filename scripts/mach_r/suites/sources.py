# SPDX-License-Identifier: BSD-2-Clause
"""The names of test cases as the sources have them: so -k starts only what has something to say."""

import re

from mach_r import conformance

_C_CASE = re.compile(
    r"^(?:(?:KTEST|CASE)\((\w+)\)|(?:static )?void (test_\w+)\(void\))", re.MULTILINE
)
_PYTHON_CASE = re.compile(r"^(?:class (\w+)|    def (test\w*)\()", re.MULTILINE)


def case_names(path):
    """The cases in a source file: C functions, Python's MODULE.CLASS.METHOD, cells of the table."""
    if path == conformance.TABLE:
        return conformance.case_names()
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".c":
        return [macro or function for macro, function in _C_CASE.findall(text)]
    names, owner = [], ""
    for klass, method in _PYTHON_CASE.findall(text):
        owner = klass or owner
        if method:
            names.append(f"{path.stem}.{owner}.{method}")
    return names


def mentions(word, name, paths):
    """Whether WORD is in the NAME of a test or in the name of a case in its sources PATHS."""
    return word in name or any(
        word in f"{name}/{case}" for path in paths for case in case_names(path)
    )
