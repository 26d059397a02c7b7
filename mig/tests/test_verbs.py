# SPDX-License-Identifier: BSD-2-Clause
"""The verbs ids, layout and check."""

import glob
import json
import os
import unittest

from support import INCLUDES, PRELUDE, ROOT, FolderTest, run_mig

IDL = sorted(glob.glob(os.path.join(ROOT, "idl", "*.defs")))
FIRST = PRELUDE + """\
routine r(p : mach_port_t; a : int; b : int; out c : int64);
simpleroutine s(p : mach_port_t; q : mach_port_t);
"""


class VerbTest(FolderTest):
    def mig(self, verb: str, *arguments: str, status: int = 0):
        result = run_mig(self.folder, verb, *arguments)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result


class Ids(VerbTest):
    def interface(self, name: str, base: int, body: str) -> str:
        text = PRELUDE.replace("test 1000", f"{name} {base}")
        return os.path.basename(self.write(f"{name}.defs", text + body))

    def test_table(self):
        name = self.interface("one", 1000, "routine r(p : mach_port_t);\nskip;\n"
                              "simpleroutine s(p : mach_port_t);\n")
        lines = self.mig("ids", name).stdout.split("\n")
        self.assertEqual([line.split() for line in lines[:-1]], [
            ["1000", "request", "one", "r"], ["1001", "skipped", "one"],
            ["1002", "request", "one", "s"], ["1100", "reply", "one", "r"],
        ])

    def test_overlap(self):
        one = self.interface("one", 1000, "skip;\nroutine r(p : mach_port_t);\n")
        two = self.interface("two", 1001, "routine t(p : mach_port_t);\n")
        messages = self.mig("ids", one, two, status=1).stderr
        self.assertIn("two.defs:6:9: error: id 1001 of two.t (request) is also one.r (request)",
                      messages)
        self.assertIn("one.defs:7:9: note: 'r' is declared here", messages)
        self.assertIn("id 1101", messages)

    def test_a_request_over_a_reply(self):
        one = self.interface("one", 1000, "routine r(p : mach_port_t);\n")
        other = self.interface("other", 1100, "simpleroutine t(p : mach_port_t);\n")
        late = self.interface("one_reply", 1100, "simpleroutine t(p : mach_port_t);\n")
        self.assertIn("(reply)", self.mig("ids", one, other, status=1).stderr)
        self.mig("ids", one, late)
        self.mig("ids", late, one)

    def test_skipped_ids_are_free(self):
        one = self.interface("one", 1000, "skip;\nskip;\n")
        two = self.interface("two", 1001, "routine t(p : mach_port_t);\n")
        self.mig("ids", one, two)

    def test_a_name_twice(self):
        one = self.interface("one", 1000, "")
        os.rename(os.path.join(self.folder, one), os.path.join(self.folder, "a.defs"))
        one = self.interface("one", 2000, "")
        self.assertIn("a second subsystem 'one'", self.mig("ids", "a.defs", one, status=1).stderr)

    def test_a_free_base(self):
        """The lowest thousand, from this system's first one on, in which nothing is used."""
        own = self.interface("own", 901000, "routine r(p : mach_port_t);\n")
        self.assertEqual(self.mig("ids", "--free", own).stdout, "902000\n")
        far = self.interface("far", 902950, "routine r(p : mach_port_t);\n")  # reply in 903...
        self.assertEqual(self.mig("ids", "--free", far, own).stdout, "904000\n")
        self.assertEqual(self.mig("ids", "--free", far).stdout, "901000\n")

    def test_the_system(self):
        self.mig("ids", *INCLUDES, *IDL)


class Check(VerbTest):
    CHANGES = {
        # what is written instead: (of what, breaking words or "", compatible words or "")
        "routine t(p : mach_port_t);\n": ("", "", "test.t: new, id 1002"),
        "id gone": ("simpleroutine s(p : mach_port_t; q : mach_port_t);", "id 1001 is gone", ""),
        "a : int; b : int64": ("a : int; b : int", "test.r request.b: size 4 became 8", ""),
        "b : int; a : int": ("a : int; b : int", "member a is now b", ""),
        "a : int; d : int": ("a : int; b : int", "", "member b is now d"),
        "a : int; x : int; b : int": ("a : int; b : int", "member b is new", ""),
        "a : int": ("a : int; b : int", "member b is gone", ""),
        "routine other(": ("routine r(", "", "id 1000 is now other"),
        "q : t = array[*:2] of int": ("q : mach_port_t", "meaning descriptor became", ""),
        "q : t = MACH_MSG_TYPE_MOVE_SEND": ("q : mach_port_t", "disposition sent", ""),
        "subsystem test 2000;": ("subsystem test 1000;", "first id 1000 became 2000", ""),
        "subsystem best 1000;": ("subsystem test 1000;", "the subsystem is gone",
                                 "best: a new subsystem"),
        "routine s(": ("simpleroutine s(", "it got a reply", ""),
        "a : u = MACH_MSG_TYPE_REAL_32": ("a : int", "type MACH_MSG_TYPE_INTEGER_32 became", ""),
    }

    def check(self, text: str, status: int):
        self.write("a.defs", text)
        return self.mig("check", "lock.json", "a.defs", status=status)

    def setUp(self):
        super().setUp()
        self.write("a.defs", FIRST)
        self.mig("layout", "-o", "lock.json", "a.defs")

    def test_no_change(self):
        result = self.check(FIRST, 0)
        self.assertEqual(result.stdout + result.stderr, "")

    def test_names_of_types_do_not_matter(self):
        text = FIRST.replace("type int ", "type number ").replace(": int;", ": number;")
        self.assertEqual(self.check(text, 0).stdout, "")

    def test_changes(self):
        for new, (old, breaking, compatible) in self.CHANGES.items():
            with self.subTest(new):
                text = FIRST + new if not old else FIRST.replace(old, new, 1)
                if new == "id gone":
                    text = FIRST.replace(old, "")
                result = self.check(text, 1 if breaking else 0)
                self.assertIn(breaking, result.stderr)
                self.assertIn(compatible, result.stdout)

    def test_faulty_lock_file(self):
        self.write("lock.json", "[")
        self.assertIn("error:", self.check(FIRST, 1).stderr)
        os.unlink(os.path.join(self.folder, "lock.json"))
        self.assertIn("No such file", self.check(FIRST, 1).stderr)

    def test_usage(self):
        self.assertIn("usage: mig check OLD.json", self.mig("check", "--help").stdout)
        self.assertIn("usage: mig check", self.mig("check", "lock.json", status=2).stderr)
        self.assertIn("needs a value", self.mig("layout", "-o", status=2).stderr)
        self.assertIn("ids ", run_mig(self.folder, "--help").stdout)

    def test_the_system(self):
        """The layouts that programs rely on have not changed."""
        self.mig("check", os.path.join(ROOT, "idl", "interfaces.lock"), *INCLUDES, *IDL)

    def test_the_lock_file_is_of_today(self):
        """What is new is in the lock file too: other tests take ids and layouts from there."""
        self.mig("layout", *INCLUDES, "-o", "now.lock", *IDL)
        with open(os.path.join(ROOT, "idl", "interfaces.lock"), encoding="utf-8") as file:
            self.assertTrue(
                file.read() == self.read("now.lock"),
                "idl/interfaces.lock is behind: renew it with scripts/mig layout -Iidl/include "
                "-Ikernel/include -o idl/interfaces.lock idl/*.defs",
            )


class Layout(VerbTest):
    def test_types_alone_are_left_out(self):
        self.write("a.defs", FIRST)
        self.write("types.defs", PRELUDE.split("\n", 1)[1])
        found = json.loads(self.mig("layout", "types.defs", "a.defs").stdout)
        self.assertEqual([i["subsystem"] for i in found], ["test"])
        self.assertEqual(found[0]["routines"][0]["reply_id"], 1100)

    def test_errors(self):
        self.write("a.defs", "subsystem x 1; routine r(p : nothing);\n")
        result = self.mig("layout", "a.defs", "missing.defs", status=1)
        self.assertEqual(result.stdout, "")
        self.assertIn("no such file: 'missing.defs'", result.stderr)


if __name__ == "__main__":
    unittest.main()
