# SPDX-License-Identifier: BSD-2-Clause
"""docs/first-server.md, followed to the letter in a copy of the tree; then a second server.

In a block `console`, what stands behind `$ ` is typed, and what stands below has to be printed; a
line `...` stands for any lines. A command may fail only if it has to print an error. A block `diff`
is applied. The copy stays below build/, so that the next run builds only what has changed.
"""

import os
import re
import shutil
import subprocess

from mach_r import build, tap
from mach_r.suites import Job

_PAGE = build.ROOT / "docs" / "first-server.md"
_COPY = build.BUILD / "first_server"
_FOREIGN = {".git", "build", "__pycache__"}
_TIMEOUT = 1200
_BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What the page has no need to say: the tool works again, and refuses what it has made.
_MORE = """\
$ scripts/new_server greeter
error: 'greeter' exists already: idl/greeter.defs
$ scripts/new_server another_one_as_well_here
The server another_one_as_well_here, with ids from 912000 on:
...
$ scripts/test -k another_one_as_well
...
5 passed, 0 failed
$ scripts/test -k structure
...
$ scripts/mig check -Iidl/include -Ikernel/include idl/interfaces.lock idl/*.defs
"""


def commands(block):
    """[(command, what it has to print)] of a block of text."""
    found = []
    for line in block.splitlines(True):
        if line.startswith("$ "):
            found.append((line[2:].strip(), ""))
        else:
            found[-1] = (found[-1][0], found[-1][1] + line)
    return found


def steps(page):
    """What a reader of PAGE does: ("diff", text, "") and ("type", command, output), in order."""
    found = []
    for kind, text in _BLOCK.findall(page):
        if kind == "diff":
            found.append(("diff", text, ""))
        else:
            found += [("type", *entry) for entry in commands(text)]
    return found


def is_printed(expected, output):
    """Whether OUTPUT is EXPECTED, in which a line `...` stands for any lines."""
    lines = expected.splitlines()
    pattern = "".join("(?:.*\n)*?" if l == "..." else re.escape(l) + "\n" for l in lines)
    return re.fullmatch(pattern, output) is not None


def changed_file(diff):
    """The path of the file that DIFF changes."""
    return re.search(r"^\+\+\+ b/(.*)$", diff, re.MULTILINE)[1]


def applied(diff, text):
    """TEXT with the changes of DIFF; each place has to be there just once."""
    for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE)[1:]:
        lines = hunk.splitlines(True)
        old = "".join(line[1:] for line in lines if line[0] != "+")
        new = "".join(line[1:] for line in lines if line[0] != "-")
        if text.count(old) != 1:
            raise ValueError(f"{text.count(old)} places look like this:\n{old}")
        text = text.replace(old, new)
    return text


def bring_up_to_date(source, copy):
    """Make COPY the same as the tree SOURCE; a file that has not changed keeps its time."""
    copy.mkdir(parents=True, exist_ok=True)
    names = {path.name for path in source.iterdir()} - _FOREIGN
    for path in copy.iterdir():
        if path.name not in names | {"build"}:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in source.iterdir():
        if path.name not in names:
            continue
        if path.is_dir():
            bring_up_to_date(path, copy / path.name)
        else:
            copy_file(path, copy / path.name)


def copy_file(source, copy):
    """Copy a file unless COPY has the same contents."""
    if not copy.exists() or copy.read_bytes() != source.read_bytes():
        shutil.copy(source, copy)


class FirstServer(Job):
    """One reading of the page."""

    name = "image/first-server"
    presets = ("release",)  # for the C library

    def run(self):
        self._prepare()
        cases = []
        todo = steps(_PAGE.read_text(encoding="utf-8"))
        todo += [("type", *entry) for entry in commands(_MORE)]
        for number, (kind, text, expected) in enumerate(todo, 1):
            passed, detail = self._apply(text) if kind == "diff" else self._type(text, expected)
            title = changed_file(text) if kind == "diff" else text
            cases.append(tap.Case(f"{self.name}/{number}: {title}", passed, detail))
            if not passed:
                break
        return cases

    def _prepare(self):
        """The copy, with the C library of this tree: that alone takes minutes to build."""
        bring_up_to_date(build.ROOT, _COPY)
        (_COPY / "build").mkdir(exist_ok=True)
        for path in build.BUILD.glob("newlib-*"):
            if not (_COPY / "build" / path.name).exists():
                os.symlink(path, _COPY / "build" / path.name)

    def _apply(self, diff):
        """Change the file that DIFF names."""
        path = _COPY / changed_file(diff)
        try:
            path.write_text(applied(diff, path.read_text(encoding="utf-8")), encoding="utf-8")
        except (OSError, ValueError) as error:
            return False, str(error)
        return True, ""

    def _type(self, command, expected):
        """Run COMMAND, with its two outputs in one; what it prints has to be as EXPECTED."""
        done = subprocess.run(
            ["bash", "-c", command], cwd=_COPY, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, check=False, timeout=_TIMEOUT,
        )
        status = done.returncode == 0 or "error: " in expected
        return status and is_printed(expected, done.stdout), done.stdout[-6000:]


def jobs(word):
    """One job."""
    return [FirstServer()] if word in FirstServer.name else []
