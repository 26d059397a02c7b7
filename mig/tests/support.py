# SPDX-License-Identifier: BSD-2-Clause
"""What the tests share: the compiler as a function, and the C compiler."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CASES = os.path.join(HERE, "cases")
LOOPBACK = os.path.join(os.path.dirname(HERE), "runtime", "loopback")
sys.path.insert(0, os.path.dirname(HERE))

from mig import cli, front, options  # noqa: E402
from mig.diagnostics import CompileError, Diagnostics  # noqa: E402

PRELUDE = """\
subsystem test 1000;
type int = MACH_MSG_TYPE_INTEGER_32;
type char = MACH_MSG_TYPE_CHAR;
type int64 = MACH_MSG_TYPE_INTEGER_64;
type mach_port_t = MACH_MSG_TYPE_COPY_SEND;
"""
INCLUDES = [
    "-I" + os.path.join(ROOT, folder)
    for folder in ("idl/include", "libmach/include", "kernel/include")
]
WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wmissing-prototypes",
            "-Wstrict-prototypes", "-Werror"]


def find_clang() -> str | None:
    return shutil.which("clang-19") or shutil.which("clang")


needs_clang = unittest.skipUnless(find_clang(), "needs clang")


def interface_of(text: str, *arguments: str):
    """The interface that TEXT describes; an assertion if there are errors."""
    interface, messages = analyse(text, *arguments)
    assert interface is not None and "error:" not in messages, messages
    return interface


def analyse(text: str, *arguments: str):
    """Interface (or None) and messages for TEXT, which is already preprocessed."""
    chosen = options.parse([*arguments, "test.defs"])
    stream = io.StringIO()
    diagnostics = Diagnostics(stream)
    for option in chosen.warnings:
        diagnostics.set_option(option)
    try:
        interface = front.analyse(text, "test.defs", diagnostics, chosen)
    except CompileError:
        interface = None
    return interface, stream.getvalue()


def run_mig(folder: str, *arguments: str) -> subprocess.CompletedProcess:
    """The command as if a user had started it in FOLDER; in this process, so that its lines are
    measured and no second Python must start."""
    output, messages = io.StringIO(), io.StringIO()
    before = os.getcwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(messages):
            status = cli.main(list(arguments))
    finally:
        os.chdir(before)
    return subprocess.CompletedProcess(
        ["mig", *arguments], status, output.getvalue(), messages.getvalue()
    )


def start_mig(folder: str, *arguments: str, **settings) -> subprocess.CompletedProcess:
    """The command as a process of its own, in FOLDER."""
    script = os.path.join(os.path.dirname(HERE), "mig.py")
    return subprocess.run(
        [sys.executable, script, *arguments], cwd=folder, capture_output=True, text=True,
        check=False, **settings,
    )


def clang(folder: str, *arguments: str) -> None:
    """Run the C compiler in FOLDER; an assertion with its messages if it fails."""
    compiler = find_clang()
    assert compiler
    result = subprocess.run(
        [compiler, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, " ".join(arguments) + "\n" + result.stderr[:8000]


class FolderTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = self._temporary.name
        self.addCleanup(self._temporary.cleanup)

    def write(self, name: str, text: str) -> str:
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        return path

    def read(self, name: str) -> str:
        with open(os.path.join(self.folder, name), encoding="utf-8") as stream:
            return stream.read()
