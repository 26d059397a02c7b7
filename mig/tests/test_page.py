# SPDX-License-Identifier: BSD-2-Clause
"""docs/mig.md: every example compiles, and becomes the C that stands behind it.

A block `defs` stands behind the block `defs prelude`, unless it is a `defs whole` file; a block
`defs error` is refused with the words of the block `text` behind it. Of a block `c`, each part between
empty lines has to be in what was generated, however it is spaced.
"""

import os
import re
import unittest

from support import INCLUDES, ROOT, FolderTest, clang, needs_clang, run_mig

from mig import words

BLOCK = re.compile(r"^```(\w*) ?([\w.]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TYPE_WORDS = (
    *words.NATIVES, *words.TRANSLATIONS, "array", "struct", "c_string", "polymorphic",
    "kernelserver", "kerneluser",
)
OUTPUT = ["example.h", "exampleUser.c", "exampleServer.c", "example_server.h"]


def blocks() -> list[tuple[str, str, str]]:
    """Language, word behind it, text."""
    with open(os.path.join(ROOT, "docs", "mig.md"), encoding="utf-8") as stream:
        return BLOCK.findall(stream.read())


def spaced(text: str) -> str:
    """TEXT without comments of one line, with one space wherever there is any."""
    return " ".join(re.sub(r"//.*", "", text).split())


class Page(FolderTest):
    @classmethod
    def setUpClass(cls):
        cls.blocks = blocks()
        cls.prelude = next(text for _, word, text in cls.blocks if word == "prelude")
        cls.types = next(text for _, word, text in cls.blocks if word == "types.h")

    def setUp(self):
        super().setUp()
        self.write("types.h", "#pragma once\n#define PATIENCE 100\n" + self.types)

    def examples(self):
        """Each example's whole file and the block behind it."""
        following = [*self.blocks[1:], ("", "", "")]
        for (language, word, text), after in zip(self.blocks, following):
            if language == "defs" and word in ("", "whole"):
                yield (text if word else self.prelude + text), after

    def generate(self, text: str):
        self.write("example.defs", text)
        kinds = ["-header", "-user", "-server", "-sheader"]
        files = [word for pair in zip(kinds, OUTPUT) for word in pair]
        return run_mig(self.folder, *INCLUDES, "-Wno-timeout", *files, "example.defs")

    def test_there_are_examples(self):
        self.assertGreater(len(list(self.examples())), 12)

    def test_examples_become_their_c(self):
        for text, (language, word, c) in self.examples():
            with self.subTest(text[-200:]):
                result = self.generate(text)
                self.assertEqual((result.returncode, result.stderr), (0, ""))
                made = spaced("\n".join(self.read(name) for name in OUTPUT))
                for part in c.split("\n\n") if language == "c" and not word else []:
                    self.assertIn(spaced(part), made)

    @needs_clang
    def test_examples_compile(self):
        for text, _ in self.examples():
            with self.subTest(text[-200:]):
                self.generate(text)
                clang(self.folder, "-std=c23", "-fsyntax-only", "-I.", *INCLUDES,
                      *OUTPUT[1:3])

    def test_errors(self):
        found = [(text, after[2]) for (language, word, text), after in
                 zip(self.blocks, self.blocks[1:]) if word == "error"]
        self.assertTrue(found)
        for text, said in found:
            result = self.generate(self.prelude + text)
            self.assertEqual(result.returncode, 1)
            for line in said.splitlines():
                self.assertIn(line, result.stderr)

    def test_every_word_of_the_language_is_on_the_page(self):
        """What the compiler knows, the page tells."""
        with open(os.path.join(ROOT, "docs", "mig.md"), encoding="utf-8") as stream:
            known = set(re.findall(r"\w+", stream.read().lower()))
        for word in (*words.STATEMENTS, *words.DIRECTIONS, *words.FLAGS, *TYPE_WORDS):
            self.assertTrue(word.lower() in known, word)


if __name__ == "__main__":
    unittest.main()
