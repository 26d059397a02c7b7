# SPDX-License-Identifier: BSD-2-Clause
"""Every diagnostic, with the exact text, place and caret.

diagnostics/NAME.expected is a transcript: lines `$ mig ...` are run in a copy of that folder, the
lines behind each are what it must print. `test_diagnostics.py --update` writes the transcripts
anew; read the difference before you keep it.
"""

import ast
import contextlib
import glob
import io
import json
import os
import shutil
import sys
import unittest
from types import FrameType
from unittest import mock

from support import HERE, PRELUDE, FolderTest, analyse, run_mig

from mig import diagnostics, options

FOLDER = os.path.join(HERE, "diagnostics")
PACKAGE = os.path.join(os.path.dirname(HERE), "mig")
# What reports; a call of one of these is a diagnostic.
REPORTERS = {
    "error", "fail", "warn", "unexpected", "expect", "refuse", "foreign", "name", "number",
    "check_peer", "_useless", "_warn", "UsageError",
}
# Diagnostics that need more than a transcript, each with the test that sees it.
ELSEWHERE = {
    ("annotations.py", "_warn"): "test_annotations",
    ("preprocess.py", "foreign"): "test_messages_of_the_preprocessor_as_json",
    ("preprocess.py", "error"): "test_unknown_directive",
}


def transcripts() -> list[str]:
    return sorted(glob.glob(os.path.join(FOLDER, "*.expected")))


def commands(text: str) -> list[str]:
    return [line[2:] for line in text.split("\n") if line.startswith("$ ")]


def run_transcript(folder: str, text: str) -> str:
    """TEXT as it is today."""
    out = ""
    for command in commands(text):
        result = run_mig(folder, *command.split()[1:])
        out += f"$ {command}\n{result.stdout}{result.stderr}exit status {result.returncode}\n"
    return out


class Transcripts(FolderTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.copy = os.path.join(self.folder, "copy")
        shutil.copytree(FOLDER, self.copy)

    def test_transcripts(self):
        before = sorted(os.listdir(self.copy))
        for path in transcripts():
            with self.subTest(os.path.basename(path)):
                with open(path, encoding="utf-8") as stream:
                    expected = stream.read()
                self.assertEqual(run_transcript(self.copy, expected), expected)
                # On an error no file is written; none of these commands does anything else.
                self.assertEqual(sorted(os.listdir(self.copy)), before)

    def test_every_file_is_used(self):
        text = "".join(open(path, encoding="utf-8").read() for path in transcripts())
        sources = glob.glob(os.path.join(FOLDER, "*.defs"))
        text += "".join(open(path, encoding="utf-8").read() for path in sources)
        for path in sources:
            self.assertIn(os.path.basename(path), text)

    def test_every_diagnostic_has_one(self):
        """Each place in the source that reports something did so in one of the transcripts."""
        with self.recorded() as reached:
            for path in transcripts():
                with open(path, encoding="utf-8") as stream:
                    run_transcript(self.copy, stream.read())
        unseen = [
            f"{name}:{first}: {text}"
            for name, first, last, text, reporter in reporting_calls()
            if not any((name, line) in reached for line in range(first, last + 1))
            and (name, reporter) not in ELSEWHERE
        ]
        self.assertEqual(unseen, [])

    @contextlib.contextmanager
    def recorded(self):
        """The lines of the compiler that lead to a report, as (file, line)."""
        reached: set[tuple[str, int]] = set()

        def note_stack() -> None:
            frame: FrameType | None = sys._getframe(2)
            while frame is not None:
                name = frame.f_code.co_filename
                if os.path.dirname(name) == PACKAGE:
                    reached.add((os.path.basename(name), frame.f_lineno))
                frame = frame.f_back

        show, usage = diagnostics.Diagnostics._print, options.UsageError.__init__

        def recording_show(self, diagnostic):
            note_stack()
            show(self, diagnostic)

        def recording_usage(self, *arguments):
            note_stack()
            usage(self, *arguments)

        diagnostics.Diagnostics._print = recording_show
        options.UsageError.__init__ = recording_usage
        try:
            yield reached
        finally:
            diagnostics.Diagnostics._print = show
            options.UsageError.__init__ = usage


def reporting_calls():
    """All calls that report: (file, first line, last line, text, reporter)."""
    for path in sorted(glob.glob(os.path.join(PACKAGE, "*.py"))):
        with open(path, encoding="utf-8") as stream:
            tree = ast.parse(stream.read())
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            function = node.func
            name = getattr(function, "attr", "") or getattr(function, "id", "")
            if name in REPORTERS and ast.unparse(node) != "super().error()":
                text = ast.unparse(node)
                yield os.path.basename(path), node.lineno, node.end_lineno, text, name


class Details(FolderTest):
    """What a transcript cannot show."""

    def test_messages_of_the_preprocessor(self):
        self.write("a.defs", '#include "missing.defs"\n')
        result = run_mig(self.folder, "a.defs")
        self.assertEqual(result.returncode, 1)
        self.assertIn("missing.defs", result.stderr)
        self.assertTrue(result.stderr.endswith("1 error generated.\n"))

    def test_messages_of_the_preprocessor_as_json(self):
        self.write("a.defs", '#warning careful\n#include "missing.defs"\n')
        result = run_mig(self.folder, "--format=json", "a.defs")
        found = [json.loads(line) for line in result.stderr.splitlines()]
        self.assertEqual([f["severity"] for f in found], ["warning", "error"])
        self.assertEqual([f["line"] for f in found], [1, 2])
        self.assertIn("missing.defs", found[1]["message"])

    def test_unknown_directive(self):
        _, messages = analyse("#if left over\n" + PRELUDE)
        self.assertIn("test.defs:1:1: error: unknown # line after preprocessing", messages)

    def test_what_may_be_meant(self):
        for word, candidates, meant in (
            ("imt", ["int", "char"], "int"), ("TPYE", ["type", "skip"], "type"),
            ("upl_t", ["policy_t"], ""), ("x", ["a", "b"], ""), ("a", [], ""),
            ("upl_size_t", ["vm_size_t", "size_t"], "vm_size_t"),
            ("uint23_t", ["uint16_t", "uint32_t"], "uint32_t"),
        ):
            near = diagnostics.nearest(word, candidates)
            self.assertEqual(near, f"; did you mean '{meant}'?" if meant else "", word)

    def test_colours_on_a_terminal(self):
        terminal = io.StringIO()
        terminal.isatty = lambda: True
        for environment, coloured in (
            ({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False),
            ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ):
            with mock.patch.dict(os.environ, environment, clear=True):
                chosen = diagnostics.Diagnostics(terminal).palette
                self.assertEqual(chosen is diagnostics.COLOURS, coloured, environment)
        self.assertIs(diagnostics.Diagnostics(io.StringIO()).palette, diagnostics.PLAIN)
        self.assertIs(diagnostics.Diagnostics(terminal, color="never").palette, diagnostics.PLAIN)


def update() -> None:
    with contextlib.ExitStack() as stack:
        case = Transcripts()
        case.setUp()
        stack.callback(case.doCleanups)
        for path in transcripts():
            with open(path, encoding="utf-8") as stream:
                text = stream.read()
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(run_transcript(case.copy, text))


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
