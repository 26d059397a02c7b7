# SPDX-License-Identifier: BSD-2-Clause
"""Everything that ctest runs on this machine: units under sanitizers, mig, structure."""

import json
import pathlib
import re
import subprocess
import tempfile
import xml.etree.ElementTree

from mach_r import build, tap
from mach_r.suites import Job, sources
from mach_r.ui import Failure

_TIMEOUT = 300


# Where more of a test's cases are than beside its program.
_ALSO = {"kernel/unit": "kernel/test"}


class HostTests(Job):
    """One run of ctest. A test that prints TAP counts with each of its cases."""

    name = "host"
    presets = ("host",)

    def __init__(self, names):
        self._names = names  # None: all

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
        """ctest's options for the tests that are asked for."""
        if self._names is None:
            return []
        return ["-R", f"^({'|'.join(re.escape(name) for name in self._names)})$"]


def _tests():
    """All that ctest knows, as it describes them; for this the preset is configured.

    Of a program that was never built ctest tells only the name, so it is built first.
    """
    build.build("host", "build.ninja", quiet=True)
    tests = _ctest_list()
    if any("command" not in test for test in tests):
        build.build("host")
        tests = _ctest_list()
    return tests


def _ctest_list():
    """What ctest tells of its tests now."""
    command = ["ctest", "--test-dir", build.folder("host"), "--show-only=json-v1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"ctest did not work:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)["tests"]


def _sources(test, root):
    """The files below ROOT with the cases of one of ctest's tests."""
    program, *arguments = map(pathlib.Path, test.get("command", ["/nonexistent"]))
    built = root / "build" / "host"
    if not program.is_relative_to(built):
        folders = [path if path.is_dir() else path.parent for path in arguments]
        return [
            path for folder in folders if folder.name == "tests"
            for path in sorted(folder.glob("test_*.py"))
        ]
    place = root / program.relative_to(built).parent
    folders = [place, place / "tests"]
    own = [path for path in (folder / f"{program.name}.c" for folder in folders) if path.exists()]
    if test["name"] in _ALSO:
        folders.append(root / _ALSO[test["name"]])
    return own or [path for folder in folders for path in sorted(folder.glob("test_*.c"))]


def chosen(word, tests, root=build.ROOT):
    """The names of those of ctest's TESTS that have WORD in their name or in that of a case."""
    return [
        test["name"] for test in tests
        if sources.mentions(word, f"host/{test['name']}", _sources(test, root))
    ]


def _cases(element):
    """The cases in one of ctest's results."""
    name = f"host/{element.get('name')}"
    passed = element.get("status") == "run"
    output = element.findtext("system-out") or ""
    if not tap.looks_like_tap(output):
        # Whatever was asked for is somewhere in it.
        return [tap.Case(name, passed, output, whole=True)]
    cases = tap.parse(output, name)
    if not passed and all(case.passed for case in cases):
        cases.append(tap.Case(f"{name}/exit", False, output[-4000:], whole=True))
    return cases


def jobs(word):
    """One job, if it has anything that WORD is about."""
    if not word:
        return [HostTests(None)]
    if re.match(r"(kernel/|system|image)", word):
        return []  # another kind of test
    try:
        names = chosen(word, _tests())
    except Failure:
        names = None  # the job will say it
    return [] if names == [] else [HostTests(names)]
