# SPDX-License-Identifier: BSD-2-Clause
"""One description, from which all else is made: each output is the same from JSON as from .defs."""

import os
import unittest

from support import CASES, INCLUDES, ROOT, FolderTest, run_mig

FILES = [
    os.path.join(ROOT, "idl", name + ".defs")
    for name in ("io", "proc", "task", "mach_vm", "notify", "device")
] + [os.path.join(CASES, name + ".defs") for name in ("torture", "promised")]
VERBS = (
    ["ids"], ["layout"], ["decoder"], ["decoder", "--json"], ["doc", "-o", "md"],
    ["doc", "--html", "-o", "html"],
)


class Model(FolderTest):
    def describe(self, path: str) -> str:
        name = os.path.basename(path).replace(".defs", ".json")
        result = run_mig(self.folder, "--json", *INCLUDES, path)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.write(name, result.stdout)
        return name

    def outputs(self, arguments: list[str], files: list[str]) -> dict[str, str]:
        """What a command prints and writes."""
        before = set(self.files())
        result = run_mig(self.folder, *arguments, *INCLUDES, *files)
        self.assertEqual((result.returncode, result.stderr), (0, ""), arguments)
        made = {name: self.read(name) for name in self.files() if name not in before}
        for name in made:
            os.unlink(os.path.join(self.folder, name))
        return made | {"": result.stdout}

    def files(self) -> list[str]:
        return [
            os.path.relpath(os.path.join(folder, name), self.folder)
            for folder, _, names in os.walk(self.folder) for name in names
        ]

    def test_verbs(self):
        described = [self.describe(path) for path in FILES]
        for verb in VERBS:
            with self.subTest(verb):
                self.assertEqual(self.outputs(verb, FILES), self.outputs(verb, described))

    def test_stubs_and_client(self):
        for path in FILES:
            described = self.describe(path)
            with self.subTest(described):
                options = ["--python", "client.py", "-dheader", "ids.h"]
                self.assertEqual(self.outputs(options, [path]), self.outputs(options, [described]))

    def test_what_is_no_description(self):
        for text in ("[", "[]", "{}", '{"model": 3}', '{"model": {"name": "x"}}'):
            self.write("bad.json", text)
            result = run_mig(self.folder, "layout", "bad.json")
            self.assertEqual(result.returncode, 1)
            self.assertIn("'bad.json' is not what 'mig --json' writes", result.stderr)


if __name__ == "__main__":
    unittest.main()
