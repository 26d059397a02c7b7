# SPDX-License-Identifier: BSD-2-Clause
"""What -k selects: the tests with a word in their name, or in the name of a case in their sources."""

import pathlib
import tempfile
import unittest

from mach_r import build, machine
from mach_r.suites import host, image_tests, kernel, sources, system

FILES = {
    "kernel/test/test_list.c": "KTEST(list_remove_leaves_rest)\n{\n}\n",
    "tests/host/test_panics.c": "KTEST(panics_are_seen)\n{\n}\n",
    "servers/console/tests/test_console.c": "static void test_keys(void)\n{\n}\n",
    "servers/console/tests/test_screen.c": "static void test_pens(void)\n{\n}\n",
    "servers/proc/tests/test_place.c": "void test_place(void)\n{\n    call_paths(void);\n}\n",
    "mig/tests/run.py": "def test_nothing():\n    pass\n",
    "mig/tests/test_layout.py": "class Sizes(Base):\n    def test_odd(self):\n        pass\n",
    "scripts/tests/test_tap.py": "class Tap:\n    def test_plan(self):\n        pass\n",
    "tests/system/death.c": "CASE(a_task_ends_itself)\n{\n}\n",
    "tests/system/crash.c": "int main(int argc, char **argv)\n{\n}\n",
    "tests/system/faults.c": "void fault(void *argument)\n{\n}\n",
    "tests/system/systest.c": "int main(void)\n{\n}\n",
}

COMMANDS = {
    "kernel/unit": ["build/host/tests/host/kernel_unit_tests"],
    "servers/console": ["build/host/servers/console/test_console"],
    "servers/screen": ["build/host/servers/console/test_screen"],
    "servers/proc": ["build/host/servers/proc/tests/test_proc"],
    "mig": ["python3", "mig/tests/run.py"],
    "scripts": ["python3", "-m", "unittest", "discover", "-s", "scripts/tests", "-t", "scripts"],
    "structure/mig_types": ["mypy", "--cache-dir", "build/host/mig/mypy", "mig"],
}


class Selection(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mach_r-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name, text in FILES.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def in_root(self, word):
        """A word of a command, which names its files by whole paths."""
        return str(self.root / word) if "/" in word else word

    def chosen(self, word):
        """The tests of the host that WORD selects."""
        tests = [
            {"name": name, "command": [self.in_root(word) for word in command]}
            for name, command in COMMANDS.items()
        ]
        return host.chosen(word, tests, self.root)

    def programs(self, word):
        """The system's test programs that WORD selects."""
        folder = self.root / "tests" / "system"
        job = system.SystemTests("smp1", "release", machine.Options(), word)
        return [name for name in system.source_programs(folder) if job.has(name, folder)]

    def test_names_of_tests(self):
        self.assertEqual(self.chosen("structure"), ["structure/mig_types"])
        self.assertEqual(self.chosen("host/servers/pr"), ["servers/proc"])

    def test_names_of_units(self):
        self.assertEqual(self.chosen("list_remove"), ["kernel/unit"])
        self.assertEqual(self.chosen("panics_are"), ["kernel/unit"])

    def test_names_of_functions(self):
        self.assertEqual(self.chosen("test_keys"), ["servers/console"])
        self.assertEqual(self.chosen("test_pens"), ["servers/screen"])
        self.assertEqual(self.chosen("proc/test_place"), ["servers/proc"])
        self.assertEqual(self.chosen("call_paths"), [])

    def test_names_in_python(self):
        self.assertEqual(self.chosen("test_layout.Sizes.test_odd"), ["mig"])
        self.assertEqual(self.chosen("Tap.test_plan"), ["scripts"])
        self.assertEqual(self.chosen("test_nothing"), [])

    def test_programs_of_the_system(self):
        self.assertEqual(self.programs("a_task_ends"), ["death"])
        self.assertEqual(self.programs("smp1/crash"), ["crash"])
        self.assertEqual(self.programs("smp1"), ["crash", "death", "conformance"])
        self.assertEqual(self.programs("there and back MOVE_SEND"), ["conformance"])
        self.assertEqual(self.programs("systest"), [])

    def test_a_word_of_no_test(self):
        self.assertEqual(self.chosen("no_such_word"), [])
        self.assertEqual(self.programs("no_such_word"), [])
        for suite in (kernel, system, image_tests):
            self.assertEqual(suite.jobs("no_such_word"), [])

    def test_kinds_are_told_apart(self):
        for word in ("kernel/", "system", "image"):
            self.assertEqual(host.jobs(word), [])

    def test_the_sources_have_cases(self):
        for folder in ("kernel/test", "tests/host", "libmach/tests", "mig/tests"):
            paths = sorted((build.ROOT / folder).glob("test_*.*"))
            names = [name for path in paths for name in sources.case_names(path)]
            self.assertGreater(len(names), 3, folder)


if __name__ == "__main__":
    unittest.main()
