# SPDX-License-Identifier: BSD-2-Clause
"""What is promised and was not seen, seen and not promised, or excepted without need, is a fault."""

import re
import unittest

from mach_r import build, promised

DEFS = """
/** Not of a routine. */
type t = int;

/**
 * Do it.
 *
 * @error KERN_INVALID_TASK     no task
 * @error KERN_INVALID_ARGUMENT wrong
 *                              in many ways
 */
#if X
routine SERVED_BY(do_it, do_it_here)(
        task : task_t);

/**
 * Nothing can go wrong.
 */
simpleroutine rest(
        task : task_t);
"""
KNOWN = {"KERN_SUCCESS": 0, "KERN_INVALID_ARGUMENT": 4, "KERN_FAILURE": 5, "KERN_INVALID_TASK": 16}
NUMBERS = {"do_it": 100, "rest": 101}


def faults(told, excepted=""):
    return promised.compare(promised.promises(DEFS), NUMBERS, KNOWN, promised.results(told),
                            promised.exceptions(excepted))


class Promised(unittest.TestCase):
    def test_what_is_promised(self):
        self.assertEqual(
            promised.promises(DEFS),
            {"do_it": {"KERN_INVALID_TASK", "KERN_INVALID_ARGUMENT"}, "rest": set()},
        )

    def test_all_seen(self):
        self.assertEqual(faults("result 100 16\nx\nresult 100 4\nresult 100 0\nresult 101 -303\n"), {})

    def test_what_was_not_seen(self):
        self.assertEqual(list(faults("result 100 16\n")), ["do_it"])
        self.assertIn("KERN_INVALID_ARGUMENT is promised", faults("result 100 16\n")["do_it"][0])
        self.assertEqual(faults("result 100 16\n", "do_it KERN_INVALID_ARGUMENT: a race\n"), {})

    def test_what_is_not_promised(self):
        told = "result 100 16\nresult 100 4\nresult 101 5\n"
        self.assertEqual(faults(told), {"rest": ["KERN_FAILURE was seen, and is not promised"]})

    def test_exceptions_that_are_none(self):
        told = "result 100 16\nresult 100 4\n"
        self.assertIn("do_it", faults(told, "# why\n\ndo_it KERN_INVALID_TASK: a race\n"))
        self.assertEqual(faults(told, "do_it KERN_INVALID_TASK? a race\n"), {})
        self.assertIn("rest", faults(told, "rest KERN_FAILURE? a race\n"))
        with self.assertRaises(ValueError):
            promised.exceptions("rest KERN_FAILURE\n")

    def test_the_files_of_the_tree_are_read(self):
        self.assertEqual(promised.codes()["KERN_NOT_RECEIVER"], 7)
        lock = (promised.IDL / "interfaces.lock").read_text("utf-8")
        self.assertEqual(promised.ids(lock)["mach_port_allocate"], 3204)
        text = (promised.IDL / "mach_port.defs").read_text("utf-8")
        self.assertEqual(len(promised.promises(text)), text.count("\nroutine "))


class ErrorsOfMessages(unittest.TestCase):
    """docs/ipc.md has a table of all errors of mach_msg, each with a test that there is."""

    def setUp(self):
        text = (build.ROOT / "docs" / "ipc.md").read_text("utf-8")
        self.table = text.split("### Every error of mach_msg\n")[1].split("\n### ")[0]

    def test_all_errors_are_there(self):
        header = build.ROOT / "kernel" / "include" / "mach" / "message_return.h"
        names = re.findall(r"^#define (MACH_(?:SEND|RCV)_\w+)", header.read_text("utf-8"), re.M)
        self.assertGreater(len(names), 30)
        self.assertEqual([name for name in names if not re.search(rf"\b{name}\b", self.table)], [])

    def test_their_tests_are_there(self):
        tests = re.findall(r"\b(\w+)/(\w+) \|$", self.table, re.M)
        self.assertGreater(len(tests), 20)
        for file, case in tests:
            source = build.ROOT / "tests" / "system" / f"{file}.c"
            self.assertIn(f"CASE({case})", source.read_text("utf-8"))


if __name__ == "__main__":
    unittest.main()
