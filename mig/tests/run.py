#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs all tests of the compiler, prints TAP, and measures which of its lines they reach.

    run.py              everything; less than 95 % of the lines is a failed case
    run.py WORD ...     only tests with a WORD in their name, without measuring

It needs python3-coverage and python3-hypothesis (scripts/deps): start it with the Python that has
them, as a rule /usr/bin/python3.
"""

import glob
import importlib
import importlib.util
import os
import sys
import tempfile
import unittest
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.join(os.path.dirname(HERE), "mig")
WANTED = 95.0  # percent of the compiler's lines
NEEDED = ("coverage", "hypothesis")


class TapResult(unittest.TestResult):
    """Prints each case when it ends; what it has to say stands before its verdict."""

    count = 0

    def case(self, passed: bool, name: str, detail: str = "") -> None:
        self.count += 1
        for line in detail.splitlines():
            print(f"    {line}")
        print(f"{'ok' if passed else 'not ok'} {self.count} - {name}", flush=True)

    def addSuccess(self, test: unittest.TestCase) -> None:
        super().addSuccess(test)
        self.case(True, test.id())

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        super().addSkip(test, reason)
        self.case(True, f"{test.id()} # SKIP {reason}")

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:
        super().addFailure(test, err)
        self.case(False, test.id(), self.failures[-1][1])

    def addError(self, test: unittest.TestCase, err: Any) -> None:
        super().addError(test, err)
        self.case(False, test.id(), self.errors[-1][1])

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:
        super().addSubTest(test, subtest, err)
        if err is not None:
            detail = (self.failures + self.errors)[-1][1]
            self.case(False, str(subtest).replace("\n", " "), detail)


def select(words: list[str]) -> unittest.TestSuite:
    """All tests, or those with one of WORDS in their name."""
    chosen = unittest.TestSuite()
    pending = [unittest.defaultTestLoader.discover(HERE)]
    while pending:
        for entry in pending.pop(0):
            if isinstance(entry, unittest.TestSuite):
                pending.append(entry)
            elif not words or any(word in entry.id() for word in words):
                chosen.addTest(entry)
    return chosen


def report_coverage(measured: Any, result: TapResult) -> bool:
    """The last case: enough lines were reached. If not, it names those that were not."""
    lines, missing, names = 0, 0, []
    for path in sorted(glob.glob(os.path.join(PACKAGE, "*.py"))):
        _, statements, _, missed, text = measured.analysis2(path)
        lines += len(statements)
        missing += len(missed)
        if missed:
            names.append(f"{os.path.basename(path)}: {text}")
    reached = 100.0 * (lines - missing) / lines
    enough = reached >= WANTED
    print(f"# {reached:.1f} % of {lines} lines are reached; {WANTED:.0f} % are wanted")
    detail = "" if enough else "\n".join([f"reached: {reached:.1f} %; not reached:", *names])
    if "--missing" in sys.argv:
        print("".join(f"# {name}\n" for name in names), end="")
    result.case(enough, "coverage", detail)
    return enough


def main() -> int:
    for name in NEEDED:
        if importlib.util.find_spec(name) is None:
            print(f"Bail out! python3-{name} is missing for {sys.executable}; see scripts/deps")
            return 1
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    coverage = importlib.import_module("coverage")  # after the check that it is there

    measured = coverage.Coverage(data_file=None, include=[os.path.join(PACKAGE, "*")])
    if not words:
        measured.start()
    result = TapResult()
    with tempfile.TemporaryDirectory() as folder:
        # hypothesis keeps tables, else in the folder it is started in
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", folder)
        select(words).run(result)
    enough = True
    if not words:
        measured.stop()
        enough = report_coverage(measured, result)
    print(f"1..{result.count}")
    return 0 if enough and result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
