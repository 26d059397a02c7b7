# SPDX-License-Identifier: BSD-2-Clause
"""How the page about the first server is read."""

import unittest

from mach_r import build
from mach_r.suites import first_server

PAGE = """\
Text.

```console
$ one
said
$ two
```

```c
$ not this
```

```diff
--- a/x
+++ b/x
@@ -1 +1 @@
 same
-old
+new
```
"""


class Steps(unittest.TestCase):
    def test_blocks_in_order(self):
        found = first_server.steps(PAGE)
        self.assertEqual(found[:2], [("type", "one", "said\n"), ("type", "two", "")])
        self.assertEqual((len(found), found[2][0]), (3, "diff"))

    def test_the_page_has_steps(self):
        text = (build.ROOT / "docs" / "first-server.md").read_text(encoding="utf-8")
        kinds = [kind for kind, _, _ in first_server.steps(text)]
        self.assertGreater(kinds.count("type"), 9)
        self.assertGreater(kinds.count("diff"), 3)

    def test_output(self):
        for expected, output, same in (
            ("a\n", "a\n", True), ("a\n", "b\n", False), ("a\n", "a\nb\n", False), ("", "", True),
            ("...\na\n", "x\ny\na\n", True), ("...\na\n", "a\n", True), ("", "a\n", False),
            ("...\na\n", "a\nx\n", False), ("a.\n", "ab\n", False), ("a\n...\nb\n", "b\na\n", False),
        ):
            self.assertEqual(first_server.is_printed(expected, output), same, (expected, output))

    def test_diff(self):
        diff = first_server.steps(PAGE)[2][1]
        self.assertEqual(first_server.changed_file(diff), "x")
        self.assertEqual(first_server.applied(diff, "1\nsame\nold\n2\n"), "1\nsame\nnew\n2\n")
        for text in ("same\n", "same\nold\nsame\nold\n"):
            with self.assertRaises(ValueError):
                first_server.applied(diff, text)


if __name__ == "__main__":
    unittest.main()
