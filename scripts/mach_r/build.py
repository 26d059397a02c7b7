# SPDX-License-Identifier: BSD-2-Clause
"""From a clone to built files: install packages, configure a preset, run Ninja.

Builds are serialised by a lock file, so that two scripts may run at the same time.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

from mach_r import ui

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"


def folder(preset):
    """The build folder of PRESET."""
    return BUILD / preset


@contextlib.contextmanager
def lock():
    """Hold the right to change the build folder."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / ".lock", "w", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            ui.step("Waiting for another build in this folder to end")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install_packages(*extra):
    """Install what is missing on this machine (and the EXTRA packages)."""
    if subprocess.run([ROOT / "scripts" / "deps", *extra], check=False).returncode != 0:
        raise ui.Failure("packages are missing; see the lines above")


def _run(command, log, what, quiet=False):
    """Run COMMAND: on a terminal with its own progress line, else with its output kept in LOG."""
    command = [str(word) for word in command]
    if sys.stderr.isatty() and not quiet:
        status = subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False).returncode
        hint = "the messages above say where"
    else:
        with open(log, "w", encoding="utf-8") as file:
            status = subprocess.run(
                command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, check=False
            ).returncode
        hint = f"all of its output is in {log}"
        if status != 0:
            sys.stderr.writelines(_excerpt(log))
    if status != 0:
        raise ui.Failure(f"{what} failed: {hint}")


def _excerpt(path, count=40):
    """The lines of a build's output from its first fault on, or the last ones."""
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.readlines()
    faults = [number for number, line in enumerate(lines) if line.startswith("FAILED:")]
    first = faults[0] if faults else max(0, len(lines) - count)
    # A compiler's command line, with all its options, says less than what it printed.
    return [line for line in lines[first : first + count] if len(line) < 1000]


def _configured(out, root):
    """Whether the build folder OUT is configured from the CMakePresets.json of now in ROOT."""
    ninja = out / "build.ninja"
    presets = root / "CMakePresets.json"
    return ninja.exists() and ninja.stat().st_mtime >= presets.stat().st_mtime


def _is_foreign(out, root):
    """Whether the build folder OUT belongs to another tree than ROOT: one of them was moved."""
    cache = out / "CMakeCache.txt"
    line = f"CMAKE_HOME_DIRECTORY:INTERNAL={root}\n"
    return cache.exists() and line not in cache.read_text(encoding="utf-8", errors="replace")


def build(preset, *targets, quiet=False):
    """Bring TARGETS (all, if none is named) of PRESET up to date. QUIET: only faults are shown."""
    out = folder(preset)
    with lock():
        if _is_foreign(out, ROOT):
            ui.step(f"Beginning {preset} anew: its folder was made for another place")
            shutil.rmtree(out)
        out.mkdir(exist_ok=True)
        if not _configured(out, ROOT):
            ui.step(f"Configuring {preset}")
            _run(["cmake", "--preset", preset], out / "configure.log", "configuring")
            os.utime(out / "build.ninja")
        if not quiet:
            ui.step(f"Building {preset}")
        command = ["cmake", "--build", out]
        if targets:
            command += ["--target", *targets]
        _run(command, out / "build.log", f"building preset {preset}", quiet)
