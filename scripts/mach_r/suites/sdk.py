# SPDX-License-Identifier: BSD-2-Clause
"""The compiler driver and the SDK: the project tests/sdk, made by scripts/cc, by CMake and by make.

The SDK is installed and then moved, and the project is a copy outside the tree: what still names
this tree, or the folder of the installation, is not found.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from mach_r import build, tap
from mach_r.suites import Job

_PROJECT = build.ROOT / "tests" / "sdk"
_FLAGS = ["-DUNUSED=1", "-O1", "-Wall"]
_TIMEOUT = 300


def _run(words, folder):
    """(status, output) of a command in FOLDER."""
    done = subprocess.run([str(word) for word in words], cwd=folder, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_TIMEOUT)
    return done.returncode, done.stdout


class _Works:
    """A folder with copies of the project, and the steps of the test, each (passed, detail)."""

    def __init__(self, folder):
        self.folder = folder
        self.sdk = folder / "moved" / "sdk here"

    def _copy(self, name):
        """A copy of the project that nothing was made in."""
        return pathlib.Path(shutil.copytree(_PROJECT, self.folder / name))

    def _all(self, folder, *commands):
        """Run COMMANDS in FOLDER, until one fails."""
        for words in commands:
            status, output = _run(words, folder)
            if status != 0:
                return False, f"{words[0]}: status {status}\n{output}"
        return True, ""

    def install(self):
        """Install, then move."""
        build.build("release", "sdk", quiet=True)
        first = self.folder / "first"
        passed = self._all(self.folder, [
            "cmake", "--install", build.folder("release"), "--component", "sdk", "--prefix", first])
        self.sdk.parent.mkdir()
        first.rename(self.sdk)
        return passed

    def nothing_of_the_tree(self):
        """No text of the SDK names the tree that it comes from."""
        found = [str(path) for path in sorted(self.sdk.rglob("*"))
                 if path.is_file() and path.suffix != ".a"
                 and str(build.ROOT).encode() in path.read_bytes()]
        return not found, "\n".join(found)

    def driver(self):
        """scripts/cc with an interface and several files."""
        copy = self._copy("cc")
        return self._all(copy, [build.ROOT / "scripts" / "cc", *_FLAGS, "-I.", "adder.defs", "main.c",
                                "words.c", "-o", "sum"])

    def unasked(self):
        """Without -O nothing is optimised: programs that crash on purpose, for one, do so."""
        path = self.folder / "unasked.c"
        path.write_text("#if __OPTIMIZE__\n#error optimised\n#endif\n", encoding="utf-8")
        return self._all(self.folder, [build.ROOT / "scripts" / "cc", "-c", path])

    def commands(self):
        """compile_commands.json has each file once, by commands that work; old files are left out."""
        copy = self.folder / "cc"
        path = copy / "compile_commands.json"
        before = json.loads(path.read_text(encoding="utf-8"))
        (copy / "words.c").rename(copy / "other.c")
        self._all(copy, [build.ROOT / "scripts" / "cc", "-c", "main.c", "-Isum.mig", "-I."])
        after = json.loads(path.read_text(encoding="utf-8"))
        names = [sorted(entry["file"] for entry in entries) for entries in (before, after)]
        stubs = ["sum.mig/adderServer.c", "sum.mig/adderUser.c"]
        if names != [["main.c", *stubs, "words.c"], ["main.c", *stubs]]:
            return False, f"{names}"
        return self._all(copy, *[entry["arguments"] + ["-fsyntax-only"] for entry in after])

    def make(self):
        """The Makefile, with the moved SDK."""
        return self._all(self._copy("make"), [
            "make", f"CC={self._link()}/bin/mach_r-cc", f"MIG={self._link()}/bin/mach_r-mig"])

    def cmake(self):
        """The CMake project, with the moved SDK."""
        toolchain = self.sdk / "share" / "mach_r" / "toolchain.cmake"
        return self._all(
            self._copy("cmake"),
            ["cmake", "-B", "build", "-G", "Ninja", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}",
             "-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_C_FLAGS=-Wall -Werror"],
            ["cmake", "--build", "build"])

    def _link(self):
        """A path to the SDK without the space in it, which a shell would split."""
        link = self.folder / "link"
        if not link.exists():
            os.symlink(self.sdk, link)
        return link

    def boot(self):
        """The three programs in one boot."""
        add = []
        for name, path in (("cc", "cc/sum"), ("make", "make/sum"), ("cmake", "cmake/build/sum")):
            add += ["--add", f"{self.folder / path}:sum_{name}"]
        script = [build.ROOT / "scripts" / "run", *add]
        done = subprocess.run([*script, "--exec", "sum_cc; sum_make; sum_cmake"], cwd="/", text=True,
                              capture_output=True, check=False, timeout=_TIMEOUT)
        return done.stdout == "sum 42\n" * 3, done.stdout + done.stderr


class Sdk(Job):
    """One installation and all that is made with it."""

    name = "image/sdk"
    presets = ("release",)

    def run(self):
        with tempfile.TemporaryDirectory(prefix="mach_r-") as name:
            works = _Works(pathlib.Path(name))
            steps = [works.install, works.nothing_of_the_tree, works.driver, works.unasked,
                     works.commands, works.make, works.cmake, works.boot]
            cases = []
            for step in steps:
                passed, detail = step()
                cases.append(tap.Case(f"{self.name}/{step.__name__}", passed, detail))
                if not passed:
                    break
        return cases


def jobs(word):
    """One job."""
    return [Sdk()] if word in Sdk.name else []
