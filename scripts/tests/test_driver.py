# SPDX-License-Identifier: BSD-2-Clause
"""The compiler driver: which word of a command line goes where."""

import json
import multiprocessing
import pathlib
import tempfile
import unittest

from mach_r import compile_commands
from mach_r.driver import Job
from mach_r.ui import Failure


class Words(unittest.TestCase):
    def test_kinds(self):
        job = Job("-I inc -DX=1 a.c -Wall -L lib -lz -lm b.defs c.o -Wl,-u,f -pthread -o p".split())
        self.assertEqual((job.output, job.stop), ("p", None))
        self.assertEqual((job.sources, job.interfaces), (["a.c"], ["b.defs"]))
        self.assertEqual(job.compiler, ["-Iinc", "-DX=1", "-Wall"])
        self.assertEqual(job.inputs, ["a.c", "-L", "lib", "-lz", "c.o", "-u", "f"])

    def test_results(self):
        for words, result in ((["-c", "x/a.c"], "a.o"), (["-S", "a.c"], "a.s"), (["-E", "a.c"], None),
                              (["-c", "a.c", "-o", "b"], "b"), (["-fsyntax-only", "a.c"], None)):
            self.assertEqual(Job(words).result(words[1]), result)

    def test_refused(self):
        for words in (["-Wall"], ["a.c", "-o"], ["a.c", "-I"], ["-c", "a.c", "b.c", "-o", "c"],
                      ["-c", "a.o"], ["a.defs", "-o", "p"], ["a.cc"], ["-c", "a.m"], ["a.c", "-shared"],
                      ["-xc++", "a.c"], ["-x", "objective-c", "a.c"], ["a.c", "-framework", "IOKit"],
                      ["a.c", "-arch", "arm64"], ["a.c", "-arch"], ["a.c", "--target=arm64-apple-macos11"]):
            with self.assertRaises(Failure, msg=f"{words}"):
                Job(words)

    def test_makefiles_for_macos(self):
        job = Job("-arch x86_64 -isysroot /sdk a.c -l m -l z -s -lSystem -ldl -lproc -lbsm "
                  "-rpath @loader_path -o p".split())
        self.assertEqual(job.inputs, ["a.c", "-lz", "-s"])
        self.assertEqual(job.compiler, [])

    def test_linkers_of_macos(self):
        job = Job("a.c -Wl,-dead_strip,-no_pie,-u,f -Xlinker -dead_strip -dead_strip -F /Frameworks "
                  "-Wl,-sectcreate,__TEXT,__info,a.plist -sectcreate __DATA __more b -lproc".split())
        self.assertEqual(job.inputs, ["a.c", "-u", "f"])
        self.assertEqual(job.sections, [["__TEXT", "__info", "a.plist"], ["__DATA", "__more", "b"]])
        self.assertEqual(job.compiler, ["-F", "/Frameworks"])

    def test_one_of_several_machines(self):
        for machine in ("-arch arm64 -arch x86_64", "-target x86_64-apple-macos11", "--target=x86_64-none"):
            job = Job([*machine.split(), "a.c"])
            self.assertEqual((job.inputs, job.compiler), (["a.c"], []))

    def test_versions_of_macos(self):
        for text, number in (("10.9", 1090), ("10.4.3", 1043), ("10.12", 101200), ("10.12.4", 101204),
                             ("14", 140000), ("11.3", 110300)):
            for option in ("-mmacosx-version-min", "-mmacos-version-min"):
                job = Job([f"{option}={text}", "a.c"])
                self.assertIn(f"-D__ENVIRONMENT_MAC_OS_X_VERSION_MIN_REQUIRED__={number}", job.compiler)
        for text in ("", "new", "10.x", "1.2.3.4"):
            with self.assertRaises(Failure, msg=text):
                Job([f"-mmacosx-version-min={text}", "a.c"])

    def test_dependencies_go_to_standard_output(self):
        for option in ("-M", "-MM"):
            job = Job([option, "a.c"])
            self.assertEqual((job.stop, job.result("a.c")), (option, None))
        self.assertIsNone(Job(["-MMD", "a.c"]).stop)

    def test_words_in_a_file(self):
        with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
            path = pathlib.Path(folder) / "words"
            path.write_text("-o 'my program' a.c\n-DX=1", encoding="utf-8")
            job = Job([f"@{path}", "b.c"])
        self.assertEqual((job.output, job.sources), ("my program", ["a.c", "b.c"]))
        self.assertEqual(Job(["@nothing.c"]).sources, ["@nothing.c"])

    def test_questions_need_no_file(self):
        self.assertEqual(Job(["-print-resource-dir"]).inputs, [])
        self.assertTrue(Job(["--version", "a.c"]).only_answered)
        self.assertFalse(Job(["-v", "a.c"]).only_answered)


class CompileCommands(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mach_r-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name in ("a.c", "b.c"):
            (self.folder / name).write_text("", encoding="utf-8")

    def entries(self, *commands):
        compile_commands.update(self.folder, self.folder, commands)
        path = self.folder / "compile_commands.json"
        return [(entry["file"], entry["arguments"])
                for entry in json.loads(path.read_text(encoding="utf-8"))]

    def test_a_file_has_one_entry(self):
        self.entries(("a.c", ["1"]), ("b.c", ["1"]))
        self.assertEqual(self.entries(("a.c", ["2"])), [("a.c", ["2"]), ("b.c", ["1"])])

    def test_files_that_are_gone_are_left_out(self):
        self.entries(("a.c", ["1"]))
        (self.folder / "a.c").unlink()
        self.assertEqual(self.entries(("b.c", ["1"])), [("b.c", ["1"])])

    def test_calls_beside_each_other_all_enter(self):
        names = [f"{number}.c" for number in range(40)]
        for name in names:
            (self.folder / name).write_text("", encoding="utf-8")
        calls = [multiprocessing.Process(target=compile_commands.update,
                                         args=(self.folder, self.folder, [(name, [])]))
                 for name in names]
        for call in calls:
            call.start()
        for call in calls:
            call.join()
        self.assertEqual(sorted(name for name, _ in self.entries()), sorted(names))

    def test_what_cannot_be_read_is_replaced(self):
        for text in ("{", "[1]", '[{"file": "a.c"}]'):
            (self.folder / "compile_commands.json").write_text(text, encoding="utf-8")
            self.assertEqual(self.entries(("a.c", ["1"])), [("a.c", ["1"])])


if __name__ == "__main__":
    unittest.main()
