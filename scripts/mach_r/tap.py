# SPDX-License-Identifier: BSD-2-Clause
"""Test results: cases, and the reading of TAP, in which our test programs print them."""

import dataclasses
import re

_CASE = re.compile(r"^(not )?ok\b(?: +(\d+))?(?: *-)? *(.*)$")
_PLAN = re.compile(r"^1\.\.(\d+)\b")
_BAIL = re.compile(r"^Bail out!")


@dataclasses.dataclass
class Case:
    """One test that was run."""

    name: str
    passed: bool
    detail: str = ""
    skipped: bool = False
    whole: bool = False  # about a whole run of tests: counts whatever names were asked for


def looks_like_tap(text):
    """Whether TEXT holds TAP."""
    return any(_PLAN.match(line) for line in text.splitlines())


def parse(text, prefix):
    """The cases in TEXT. One more, failed, if they are not as many as planned."""
    cases, plan, pending = [], None, []
    for line in text.splitlines():
        match = _CASE.match(line)
        if match:
            number = match.group(2) or str(len(cases) + 1)
            title, _, directive = match.group(3).partition(" # ")
            skipped = directive.upper().startswith("SKIP")
            name = f"{prefix}/{title.strip() or number}"
            failed = bool(match.group(1))
            # What a case has to say stands before its verdict or, by the book, after it.
            cases.append(Case(name, not failed, "\n".join(pending) if failed else "", skipped))
            pending = []
        elif _PLAN.match(line):
            plan = int(_PLAN.match(line).group(1))
        elif _BAIL.match(line):
            cases.append(Case(f"{prefix}/bail-out", False, line, whole=True))
        elif line.strip():
            pending.append(line)
            if line.startswith("#") and cases and not cases[-1].passed:
                cases[-1].detail += "\n" + line
    if plan is None or plan != len(cases):
        planned = "no plan" if plan is None else f"{plan} cases planned"
        tail = "\n".join(text.splitlines()[-20:])
        what = f"{planned}, {len(cases)} reported; its last lines:\n{tail}"
        cases.append(Case(f"{prefix}/plan", False, what, whole=True))
    return cases
