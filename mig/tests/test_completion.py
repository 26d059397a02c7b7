# SPDX-License-Identifier: BSD-2-Clause
"""mig completion: what the shell offers while a command is typed."""

import os
import shutil
import subprocess
import unittest

from support import FolderTest, run_mig

from mig import options, verbs
from mig.diagnostics import WARNINGS

# Types the words given to it and prints what is offered; compopt works only while completing.
ASK = """\
compopt() { :; }
source ./mig.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_mig
printf '%s\\n' "${COMPREPLY[@]}"
"""


class Bash(FolderTest):
    def setUp(self):
        super().setUp()
        self.write("mig.bash", run_mig(self.folder, "completion", "bash").stdout)
        self.write("ask.bash", ASK)
        self.write("one.defs", "")
        self.write("two.c", "")
        os.mkdir(os.path.join(self.folder, "deep"))

    def offered(self, *words: str) -> set[str]:
        result = subprocess.run(
            ["bash", "ask.bash", "mig", *words], cwd=self.folder, capture_output=True, text=True,
            check=False,
        )
        self.assertEqual(result.stderr, "")
        return set(result.stdout.split())

    def test_verbs_and_files(self):
        offered = self.offered("")
        self.assertTrue(set(verbs.VERBS) <= offered)
        self.assertTrue({"one.defs", "deep"} <= offered)
        self.assertNotIn("two.c", offered)
        self.assertFalse(set(verbs.VERBS) & self.offered("one.defs", ""))

    def test_options(self):
        shown = {
            name + ("=" if option.choices else "") for option in options.OPTIONS
            if option.section != options.IGNORED for name in option.all_names
        }
        self.assertEqual(shown - self.offered("-"), set())
        self.assertEqual(self.offered("--che"), {"--check-only"})
        self.assertTrue({f"-Wno-{name}" for name in WARNINGS} <= self.offered("-Wno"))

    def test_options_of_a_verb(self):
        for name, verb in verbs.VERBS.items():
            offered = self.offered(name, "-")
            for option in verb.own:
                self.assertIn(option.names, offered)
        self.assertNotIn("--html", self.offered("-"))
        self.assertTrue({"bash", "zsh"} <= self.offered("completion", ""))

    def test_values(self):
        self.assertEqual(self.offered("--peer", "=", ""), {"apple", "gnu"})
        self.assertEqual(self.offered("--peer", "="), {"apple", "gnu"})
        self.assertEqual(self.offered("--format", "=", "j"), {"json"})
        self.assertEqual(self.offered("-user", "tw"), {"two.c"})


class Zsh(FolderTest):
    def test_words(self):
        text = run_mig(self.folder, "completion", "zsh").stdout
        self.assertTrue(text.startswith("#compdef mig\n"))
        for name in verbs.VERBS:
            self.assertIn(f"'{name}:", text)
        for option in options.OPTIONS:
            if option.section != options.IGNORED:
                self.assertIn(f"*{option.all_names[0]}", text)

    @unittest.skipUnless(shutil.which("zsh"), "needs zsh")
    def test_syntax(self):
        path = self.write("_mig", run_mig(self.folder, "completion", "zsh").stdout)
        result = subprocess.run(["zsh", "-n", path], capture_output=True, text=True, check=False)
        self.assertEqual((result.returncode, result.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
