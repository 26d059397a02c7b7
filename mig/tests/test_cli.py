# SPDX-License-Identifier: BSD-2-Clause
"""The command line: outputs, dependency files, exit status."""

import json
import os
import shutil
import subprocess
import sys
import unittest

from support import PRELUDE, ROOT, FolderTest, needs_clang, run_mig, start_mig

from mig import verbs

SCRIPT = os.path.join(ROOT, "scripts", "mig")
GOOD = PRELUDE + "routine r(p : mach_port_t; a : int);\nsimpleroutine s(p : mach_port_t);\n"


class CommandLine(FolderTest):
    def files(self) -> set[str]:
        return set(os.listdir(self.folder)) - {"a.defs"}

    def mig(self, text: str, *arguments: str):
        self.write("a.defs", text)
        return run_mig(self.folder, *arguments, "a.defs")

    def test_default_outputs(self):
        self.assertEqual(self.mig(GOOD).returncode, 0)
        self.assertEqual(self.files(), {"test.h", "test_server.h", "testUser.c", "testServer.c"})
        self.assertIn('#include "test_server.h"', self.read("testServer.c"))

    def test_named_outputs(self):
        self.mig(GOOD, "-header", "out/h.h", "-user", "u.c", "-server", "/dev/null", "-sheader",
                 "/dev/null", "-dheader", "d.h", "-iheader", "i.h")
        self.assertEqual(self.files(), {"out", "u.c", "d.h", "i.h"})
        self.assertIn('#include "h.h"', self.read("u.c"))
        self.assertIn("#define MACH_ID_R_REPLY 1100", self.read("d.h"))
        self.assertNotIn("MACH_ID_S_REPLY", self.read("d.h"))
        self.assertIn("#define r r_external", self.read("i.h"))

    def test_only_named(self):
        self.mig(GOOD, "-n", "-user", "u.c")
        self.assertEqual(self.files(), {"u.c"})

    def test_one_file_for_each_routine(self):
        self.mig(GOOD, "-n", "-i", "rpc_")
        self.assertEqual(self.files(), {"rpc_r.c", "rpc_s.c"})

    def test_asynchronous_forms(self):
        self.mig(GOOD, "--async")
        prototypes = {
            "test.h": ["r_send(mach_port_t p, int a, mach_port_t reply_port);",
                       "r_decode_reply(mach_msg_header_t *message);"],
            "test_server.h": ["r_reply(mach_port_t reply_port);",
                              "r_reply_error(mach_port_t reply_port, kern_return_t code);"],
        }
        for name, wanted in prototypes.items():
            for prototype in wanted:
                self.assertIn("extern kern_return_t " + prototype, self.read(name))
        self.assertNotIn("s_send", self.read("test.h"))

    def test_asynchronous_forms_must_have_free_names(self):
        text = GOOD + "routine r_reply(p : mach_port_t);\n"
        self.assertEqual(self.mig(text).returncode, 0)
        result = self.mig(text, "--async")
        self.assertEqual(result.returncode, 1)
        self.assertIn("a.defs:8:9: error: 'r_reply' is also the name of an", result.stderr)

    def test_output_into_a_pipe(self):
        """What is no regular file is written to, and not replaced."""
        pipe = os.path.join(self.folder, "pipe")
        os.mkfifo(pipe)
        reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True)
        self.assertEqual(self.mig(GOOD, "-n", "-header", pipe).returncode, 0)
        self.assertIn("extern kern_return_t r(mach_port_t p, int a);", reader.communicate()[0])
        self.assertEqual(self.files(), {"pipe"})

    def test_errors_leave_no_files(self):
        result = self.mig(GOOD + "routine t(p : nothing);")
        self.assertEqual((result.returncode, self.files()), (1, set()))

    def test_output_that_cannot_be_written(self):
        self.write("file", "")
        result = self.mig(GOOD, "-user", "u.c", "-server", "file/s.c")
        self.assertEqual((result.returncode, self.files()), (1, {"file"}))
        self.assertIn("cannot write", result.stderr)

    def test_apples_options_are_taken(self):
        result = self.mig(
            GOOD, "-novouchers", "-mach_msg2", "-maxonstack", "1024", "-split", "-arch", "x86_64",
            "-Q", "-r", "-R", "-l", "-k", "-v", "-N", "-B",
            "-max_descrs", "0", "-DX=1", "-UX", "-I/tmp",
        )
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_architecture_is_for_the_preprocessor(self):
        text = "#ifdef __LP64__\n#error long\n#endif\n" + GOOD
        for name in ("i386", "armv7", "arm64_32"):
            result = self.mig(text, "-arch", name, "-user", "u.c")
            self.assertEqual(result.returncode, 0, result.stderr)
        for name in ("x86_64", "arm64e"):
            result = self.mig(text, "-arch", name, "-user", "u.c")
            self.assertIn("long", result.stderr)

    def test_a_reader_that_has_enough(self):
        """No traceback, and no complaint of Python's own at its end."""
        for arguments in (["--help"], ["doc", "--help"], ["--list-warnings"]):
            reading, writing = os.pipe()
            os.close(reading)
            result = subprocess.run([SCRIPT, *arguments], stdout=writing, stderr=subprocess.PIPE,
                                    text=True, check=False)
            os.close(writing)
            self.assertEqual((result.returncode, result.stderr), (1, ""))

    def test_definitions_reach_the_preprocessor(self):
        self.mig("#if KERNEL_SERVER\n#define K kernelserver\n#else\n#define K\n#endif\n"
                 + GOOD.replace("subsystem", "subsystem K"), "-DKERNEL_SERVER=1", "-n", "-server",
                 "s.c")
        self.assertIn("struct ipc_kobject_call", self.read("s.c"))

    def test_dependencies(self):
        self.write("b file.defs", "type b_t = int;\n")
        self.mig(GOOD + '#include "b file.defs"\n', "-n", "-user", "u.c", "-MD", "-MF", "u.d",
                 "-MT", "target.c")
        rule = self.read("u.d")
        self.assertTrue(rule.startswith("target.c: a.defs"))
        self.assertIn("b\\ file.defs", rule)
        self.assertIn("layout.py", rule)

    def test_other_preprocessors(self):
        known = [name for name in ("cpp", "clang-19", "clang", "cc", "gcc") if shutil.which(name)]
        self.assertNotEqual(known, [])
        for name in known:
            for command in (name, f"{name} -E -x c"):
                result = self.mig(GOOD, "-cc", command, "--check-only")
                self.assertEqual((result.returncode, result.stderr), (0, ""))
        result = self.mig(GOOD, "-cc", "no-such-compiler")
        self.assertEqual(result.returncode, 1)
        self.assertIn("cannot run 'no-such-compiler'", result.stderr)

    @needs_clang
    def test_another_target(self):
        """GNU's preprocessor has one target only, so another one must be found."""
        text = "#if __APPLE__\nsubsystem a 10;\n#else\nsubsystem a 20;\n#endif\n"
        result = self.mig(text, "-target", "x86_64-apple-darwin", "--json")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(json.loads(result.stdout)["base"], 10)

    def test_output_does_not_change(self):
        self.mig(GOOD)
        before = {n: self.read(n) for n in self.files()}
        self.mig(GOOD)
        self.assertEqual({n: self.read(n) for n in before}, before)
        self.assertNotIn(self.folder, "".join(before.values()))

    def test_json(self):
        found = json.loads(self.mig(GOOD, "--json").stdout)
        self.assertEqual([r["name"] for r in found["routines"]], ["r", "s"])
        self.assertEqual(found["routines"][0]["request"]["size"], 36)
        self.assertEqual(self.files(), set())

    def test_types_alone(self):
        types = PRELUDE.split("\n", 1)[1]
        self.assertEqual(self.mig(types, "--check-only").returncode, 0)
        self.assertEqual(self.mig(types).returncode, 1)

    def test_usage(self):
        self.assertIn("usage: mig", run_mig(self.folder, "--help").stdout)
        self.assertIn("mig", run_mig(self.folder, "-version").stdout)
        self.assertIn("-Wflag", run_mig(self.folder, "--list-warnings").stdout)
        for name in verbs.VERBS:
            text = run_mig(self.folder, name, "--help").stdout
            self.assertTrue(text.startswith(f"usage: mig {name} "), text)
            for option in verbs.VERBS[name].own:
                self.assertIn(f"  {option.names}", text)

    def test_list(self):
        self.mig(GOOD, "-n", "-list", "ids")
        self.assertEqual(self.read("ids"), "test 1000 r 0 1000 1100\ntest 1000 s 1 1001 1101\n")

    def test_print(self):
        text = "#define T int\n" + GOOD + "/* said */ routine t(p : mach_port_t; in : T, const);\n"
        result = self.mig(text, "--print")
        self.assertIn("routine t(\n    p : mach_port_t;\n    in : int, const);\n", result.stdout)
        self.assertEqual((result.returncode, self.files()), (0, set()))

    def test_several_files(self):
        self.write("a.defs", GOOD)
        self.write("b.defs", GOOD.replace("subsystem test", "subsystem other"))
        self.write("c.defs", "faulty")
        result = run_mig(self.folder, "-user", "/dev/null", "a.defs", "c.defs", "b.defs")
        self.assertEqual(result.returncode, 1)
        self.assertTrue({"testServer.c", "otherServer.c"} <= self.files())
        self.assertNotIn("testUser.c", self.files())

    def test_as_a_module(self):
        self.write("a.defs", GOOD)
        path = os.path.join(self.folder, "a.defs")
        for folder in (ROOT, os.path.join(ROOT, "mig")):
            result = subprocess.run(
                [sys.executable, "-m", "mig", "--check-only", path], cwd=folder,
                capture_output=True, text=True, check=False,
            )
            self.assertEqual(result.returncode, 0, result.stderr)


if __name__ == "__main__":
    unittest.main()
