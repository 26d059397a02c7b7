# SPDX-License-Identifier: BSD-2-Clause
"""The compiler away from its source tree: installed by pip, and as one archive."""

import glob
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tarfile
import unittest

from support import HERE, FolderTest, PRELUDE, needs_clang

SOURCE = os.path.dirname(HERE)
NOT_SHIPPED = shutil.ignore_patterns("__pycache__", ".mypy_cache", "build", "*.egg-info", "tests")


class InstallTest(FolderTest):
    def setUp(self):
        super().setUp()
        self.copy = os.path.join(self.folder, "source")
        shutil.copytree(SOURCE, self.copy, ignore=NOT_SHIPPED)
        self.write("a.defs", PRELUDE + "routine r(p : mach_port_t; a : int);\n")

    def run_in_folder(self, *command: str, **environment: str) -> str:
        result = subprocess.run(
            command, cwd=self.folder, env=os.environ | environment, capture_output=True, text=True,
            check=False,
        )
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout


@unittest.skipUnless(importlib.util.find_spec("pip"), "needs python3-pip")
class Pip(InstallTest):
    def setUp(self):
        super().setUp()
        self.run_in_folder(
            sys.executable, "-m", "pip", "install", "--quiet", "--no-index",
            "--no-warn-script-location", "--target", "place", self.copy,
        )
        self.place = os.path.join(self.folder, "place")

    def mig(self, *arguments: str) -> str:
        command = os.path.join(self.place, "bin", "mig")
        return self.run_in_folder(sys.executable, command, *arguments, PYTHONPATH=self.place)

    def test_command(self):
        self.assertIn("usage: mig", self.mig("--help"))
        self.mig("-n", "-user", "u.c", "a.defs")
        self.assertIn("mach_msg", self.read("u.c"))

    def test_everything_is_there(self):
        here = {
            os.path.relpath(path, os.path.join(self.place, "mig"))
            for path in glob.glob(os.path.join(self.place, "mig", "**", "*.*"), recursive=True)
        }
        for folder, prefix in (("mig", ""), ("runtime", "runtime")):
            base = os.path.join(self.copy, folder)
            for path in glob.glob(os.path.join(base, "**", "*.[pch]*"), recursive=True):
                name = os.path.join(prefix, os.path.relpath(path, base))
                self.assertIn(name, here)

    @needs_clang
    def test_generated_programs_find_what_they_need(self):
        root = os.path.dirname(SOURCE)
        includes = [f"-I{root}/{part}" for part in
                    ("idl/include", "libmach/include", "kernel/include")]
        self.assertIn("passed", self.mig("loopback", "--rounds", "1", *includes, "a.defs"))


class Wheel(InstallTest):
    """What pip calls, called by hand."""

    def build(self, hook: str, place: str) -> bytes:
        os.mkdir(os.path.join(self.folder, place))
        name = self.run_in_folder(
            sys.executable, "-c", f"import make_wheel; print(make_wheel.{hook}({place!r}))",
            PYTHONPATH=self.copy).strip()
        with open(os.path.join(self.folder, place, name), "rb") as stream:
            return stream.read()

    def test_same_again(self):
        self.assertEqual(self.build("build_wheel", "one"), self.build("build_wheel", "two"))

    def test_sources(self):
        """The archive of the sources is enough to build the same wheel."""
        wheel = self.build("build_wheel", "one")
        archive = io.BytesIO(self.build("build_sdist", "sources"))
        shutil.rmtree(self.copy)
        with tarfile.open(fileobj=archive) as files:
            files.extractall(self.folder)
        self.copy = os.path.join(self.folder, "mig-1.0")
        self.assertEqual(self.build("build_wheel", "two"), wheel)


class Archive(InstallTest):
    def test_zipapp(self):
        self.run_in_folder(sys.executable, "-m", "zipapp", self.copy, "-o", "mig.pyz")
        shutil.rmtree(self.copy)
        self.run_in_folder(sys.executable, "mig.pyz", "-n", "-user", "u.c", "-MD", "a.defs")
        self.assertIn("mach_msg", self.read("u.c"))
        self.assertRegex(self.read("u.d"), r"(?s)^u\.c: a\.defs.*mig\.pyz\n$")


if __name__ == "__main__":
    unittest.main()
