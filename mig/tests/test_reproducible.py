# SPDX-License-Identifier: BSD-2-Clause
"""The same input gives the same bytes: wherever, whenever and however often it is compiled."""

import os
import re
import shutil
import unittest

from support import CASES, INCLUDES, FolderTest, start_mig

OUTPUTS = ["-user", "u.c", "-server", "s.c", "-header", "h.h", "-sheader", "sh.h", "-dheader",
           "d.h", "-iheader", "i.h", "--python", "p.py", "--loopback", "l.c", "--async"]
VERBS = (["ids"], ["layout"], ["decoder"], ["decoder", "--json"], ["doc", "-o", "doc"],
         ["doc", "--html", "-o", "site"], ["fuzz", "-o", "fuzz"])
DATE = re.compile(r"\b20[2-9]\d\b|\d\d:\d\d:\d\d")


class Reproducible(FolderTest):
    def outputs(self, name: str, seed: str) -> dict[str, str]:
        """All that can be made of the torture file, from a copy in a folder called NAME."""
        folder = os.path.join(self.folder, name)
        shutil.copytree(CASES, folder)
        known = set(os.listdir(folder))
        environment = os.environ | {"PYTHONHASHSEED": seed}
        found = {}
        for command in (OUTPUTS, *VERBS):
            result = start_mig(folder, *command, *INCLUDES, "torture.defs", env=environment)
            self.assertEqual(result.returncode, 0, result.stderr)
            found["stdout of " + " ".join(command)] = result.stdout
        for place, _, files in os.walk(folder):
            for file in files:
                path = os.path.join(place, file)
                relative = os.path.relpath(path, folder)
                if relative not in known:
                    with open(path, encoding="utf-8") as stream:
                        found[relative] = stream.read()
        return found

    def test_nothing_depends_on_place_or_run(self):
        first = self.outputs("one", "0")
        second = self.outputs("another_place", "12345")
        self.assertEqual(list(first), list(second))
        for name, text in first.items():
            self.assertEqual(text, second[name], name)
            self.assertNotIn(self.folder, text, name)
            self.assertNotRegex(text, DATE, name)
        self.assertGreater(len(first), 18)


if __name__ == "__main__":
    unittest.main()
