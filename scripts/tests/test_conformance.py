# SPDX-License-Identifier: BSD-2-Clause
"""The table of the conformance suite: its cells become cases, and what is no table is an error."""

import unittest

from mach_r import conformance

TABLE = """# The table

| a sign | meaning |

### Send right

| operation | alone | x3 |
|---|---|---|
| deallocate; mod_refs SEND -1 | ok - | ok S2 |
| the queue gets room | . | ok |

### No right

| operation | given up |
|---|---|
| deallocate | INVALID_NAME |
"""

DOCUMENT = """before
<!-- tests/conformance/rights.md begins -->
what was there
<!-- tests/conformance/rights.md ends -->
after
"""


class Table(unittest.TestCase):
    def outcomes(self, text=TABLE):
        """The outcome of each case, by its name."""
        return {case.name: case.outcome for case in conformance.parse(text)}

    def test_a_cell_is_a_case(self):
        self.assertEqual(self.outcomes(), {
            "send right, alone: deallocate": "ok -",
            "send right, x3: deallocate": "ok S2",
            "send right, alone: mod_refs SEND -1": "ok -",
            "send right, x3: mod_refs SEND -1": "ok S2",
            "send right, x3: the queue gets room": "ok",
            "no right, given up: deallocate": "INVALID_NAME",
        })

    def test_every_state_has_an_outcome(self):
        for cell in ("| . | |", "| . |"):
            with self.assertRaises(conformance.TableError):
                self.outcomes(TABLE.replace("| . | ok |", cell))

    def test_a_case_is_there_once(self):
        with self.assertRaisesRegex(conformance.TableError, "x3: deallocate is there twice"):
            self.outcomes(TABLE.replace("the queue gets room", "deallocate"))

    def test_the_list_in_c(self):
        source = conformance.c_source(conformance.parse(TABLE))
        self.assertIn('    { "send right", "x3", "deallocate", "ok S2" },\n', source)
        self.assertEqual(source.count('{ "'), 6)

    def test_the_document_shows_the_sections(self):
        shown = conformance.document_with(TABLE, DOCUMENT)
        self.assertNotIn("what was there", shown)
        self.assertNotIn("# The table", shown)
        self.assertIn("begins -->\n\n### Send right\n", shown)
        self.assertTrue(shown.endswith("| INVALID_NAME |\n\n" + DOCUMENT.split("there\n")[1]))
        self.assertEqual(conformance.document_with(TABLE, shown), shown)
        with self.assertRaises(conformance.TableError):
            conformance.document_with(TABLE, "no marks")

    def test_the_suite_has_its_size(self):
        self.assertGreater(len(conformance.case_names()), 400)


if __name__ == "__main__":
    unittest.main()
