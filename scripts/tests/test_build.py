# SPDX-License-Identifier: BSD-2-Clause
"""When a build folder is made anew: it is not configured, is older than the presets, or was moved."""

import os
import pathlib
import tempfile
import unittest

from mach_r import build


class BuildFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="mach_r-")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.out = self.root / "build" / "release"
        self.out.mkdir(parents=True)
        (self.root / "CMakePresets.json").write_text("{}", encoding="ascii")
        (self.out / "build.ninja").write_text("", encoding="ascii")
        (self.out / "CMakeCache.txt").write_text(
            f"A:STRING=1\nCMAKE_HOME_DIRECTORY:INTERNAL={self.root}\nB:STRING=2\n", encoding="ascii"
        )

    def test_configured_and_in_its_place(self):
        self.assertTrue(build._configured(self.out, self.root))
        self.assertFalse(build._is_foreign(self.out, self.root))

    def test_presets_have_changed(self):
        os.utime(self.out / "build.ninja", (1, 1))
        self.assertFalse(build._configured(self.out, self.root))

    def test_nothing_is_there(self):
        for name in ("build.ninja", "CMakeCache.txt"):
            (self.out / name).unlink()
        self.assertFalse(build._configured(self.out, self.root))
        self.assertFalse(build._is_foreign(self.out, self.root))

    def test_the_tree_was_moved(self):
        for other in (self.root / "x", self.root.parent, pathlib.Path("/")):
            self.assertTrue(build._is_foreign(self.out, other), other)
