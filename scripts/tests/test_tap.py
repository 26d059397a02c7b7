# SPDX-License-Identifier: BSD-2-Clause
"""The reading of TAP: a missing plan, a missing case and a failed case are all seen."""

import unittest

from mach_r import tap


def verdicts(text):
    """(name, passed) of the cases in TEXT."""
    return [(case.name, case.passed) for case in tap.parse(text, "t")]


class TapTest(unittest.TestCase):
    def test_all_pass(self):
        found = verdicts("kernel speaks\n1..2\nok 1 - a\nok 2 - b # SKIP no such unit\n")
        self.assertEqual(found, [("t/a", True), ("t/b", True)])

    def test_skipped_cases_are_told_apart(self):
        cases = tap.parse("1..2\nok 1 - a\nok 2 - b # SKIP no such unit\n", "t")
        self.assertEqual([case.skipped for case in cases], [False, True])

    def test_what_concerns_the_whole_run(self):
        cases = tap.parse("1..2\nok 1 - a\nBail out! no memory\n", "t")
        self.assertEqual([case.whole for case in cases], [False, True])
        self.assertTrue(tap.parse("1..2\nok 1 - a\n", "t")[-1].whole)

    def test_plan_at_the_end(self):
        self.assertEqual(verdicts("ok 1 - a\n1..1\n"), [("t/a", True)])

    def test_a_failed_case_with_its_words(self):
        cases = tap.parse("1..1\n# x.c:3: 1 != 2\nnot ok 1 - a\n# more\n", "t")
        self.assertFalse(cases[0].passed)
        self.assertIn("1 != 2", cases[0].detail)
        self.assertIn("more", cases[0].detail)

    def test_too_few_cases(self):
        self.assertEqual(verdicts("1..2\nok 1 - a\n"), [("t/a", True), ("t/plan", False)])

    def test_no_plan(self):
        self.assertEqual(verdicts("ok 1 - a\npanic\n")[-1], ("t/plan", False))

    def test_bail_out(self):
        self.assertIn(("t/bail-out", False), verdicts("1..1\nBail out! no memory\n"))


if __name__ == "__main__":
    unittest.main()
