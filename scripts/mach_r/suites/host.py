# SPDX-License-Identifier: BSD-2-Clause
"""Everything that ctest runs on this machine: units under sanitizers, mig, structure."""

import re
import subprocess
import tempfile
import xml.etree.ElementTree

from mach_r import build, tap
from mach_r.suites import Job
from mach_r.ui import Failure

_TIMEOUT = 300


class HostTests(Job):
    """One run of ctest. A test that prints TAP counts with each of its cases."""

    name = "host"
    presets = ("host",)

    def __init__(self, word):
        self._word = word

    def run(self):
        with tempfile.NamedTemporaryFile(suffix=".xml") as results:
            command = ["ctest", "--test-dir", build.folder("host"), "-j2", "--no-tests=error"]
            command += ["--timeout", str(_TIMEOUT), "--output-junit", results.name]
            command += ["--test-output-size-passed", "10000000"]
            command += ["--test-output-size-failed", "10000000", *self._selection()]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            try:
                tree = xml.etree.ElementTree.parse(results.name)
            except xml.etree.ElementTree.ParseError as error:
                raise Failure(f"ctest did not work:\n{done.stdout}{done.stderr}") from error
        return [case for element in tree.iter("testcase") for case in _cases(element)]

    def _selection(self):
        """ctest's options for the tests that are asked for; a word for no test is one for cases."""
        chosen = [re.escape(name) for name in _names() if self._word in f"host/{name}"]
        return ["-R", f"^({'|'.join(chosen)})$"] if self._word and chosen else []


def _names():
    """The names of all that ctest knows."""
    command = ["ctest", "--test-dir", build.folder("host"), "-N"]
    text = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return re.findall(r"^ *Test *#\d+: (\S+)", text, re.MULTILINE)


def _cases(element):
    """The cases in one of ctest's results."""
    name = f"host/{element.get('name')}"
    passed = element.get("status") == "run"
    output = element.findtext("system-out") or ""
    if not tap.looks_like_tap(output):
        return [tap.Case(name, passed, output)]
    cases = tap.parse(output, name)
    if not passed and all(case.passed for case in cases):
        cases.append(tap.Case(f"{name}/exit", False, output[-4000:], whole=True))
    return cases


def jobs(word):
    """One job, unless WORD can only be about another kind of test."""
    other = re.match(r"(kernel/|system|image)", word)
    return [] if other else [HostTests(word)]


def unit_mentions(word):
    """Whether WORD is in the name of a unit test, KTEST(name)."""
    for path in sorted((build.ROOT / "kernel" / "test").glob("*.c")):
        names = re.findall(r"^KTEST\((\w+)\)", path.read_text(encoding="utf-8"), re.MULTILINE)
        if any(word in name for name in names):
            return True
    return False
