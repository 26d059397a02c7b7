# SPDX-License-Identifier: BSD-2-Clause
"""Compile and link C files into a program for Mach_R, as clang would for this machine.

Usage: scripts/cc [clang's options] FILE... [-o PROG]

Understands what clang understands: -c, -S and -E stop early, -I, -D, -O, -W, -std and the like go
to the compiler, -l, -L and -Wl, to the linker. An interface NAME.defs is given to mig: the sources
find its NAME.h and NAME_server.h, and of its stubs what they use is linked. Try the result with
scripts/run --add PROG --exec PROG.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

from mach_r import build, ui

_PRESET = "release"
_INTERFACE = ".defs"
_SOURCES = {".c", ".S", ".s", ".i"}
# Options whose value is the next word.
_COMPILER_VALUE = {
    "-x", "-include", "-isystem", "-iquote", "-idirafter", "-imacros",
    "-MF", "-MT", "-MQ", "-Xclang", "-mllvm",
}
_LINKER_VALUE = {"-L", "-l", "-u", "-Xlinker", "-z", "-T", "-e"}
_LINKER_START = ("-L", "-l", "-Wl,")
# Of no meaning here: every program is static, may have threads, and gets the C library whole.
_IGNORED = {
    "-static", "-pthread", "-no-pie", "-rdynamic", "-lpthread", "-lSystem", "-lc", "-lm", "-lmach",
}


class Job:
    """A command line, taken apart."""

    def __init__(self, words):
        self.output = None
        self.stop = None
        self.sources, self.interfaces, self.inputs, self.compiler = [], [], [], []
        words = iter(words)
        for word in words:
            self._take(word, words)

    def _take(self, word, rest):
        """Sort one word, and the next if it belongs to it, into its place."""
        if word == "-o":
            self.output = _value(word, rest)
        elif word in ("-c", "-S", "-E"):
            self.stop = word
        elif word in _IGNORED:
            pass
        elif word in ("-I", "-D", "-U"):
            self.compiler.append(word + _value(word, rest))
        elif word in _COMPILER_VALUE:
            self.compiler += [word, _value(word, rest)]
        elif word in _LINKER_VALUE:
            value = _value(word, rest)
            self.inputs += [value] if word == "-Xlinker" else [word, value]
        elif word.startswith("-Wl,"):
            self.inputs += word.split(",")[1:]
        elif word.startswith(_LINKER_START):
            self.inputs.append(word)
        elif word.startswith("-"):
            self.compiler.append(word)
        elif pathlib.Path(word).suffix == _INTERFACE:
            self.interfaces.append(word)
        elif pathlib.Path(word).suffix in _SOURCES:
            self.sources.append(word)
            self.inputs.append(word)
        else:
            self.inputs.append(word)


def _value(option, rest):
    """The word behind OPTION."""
    value = next(rest, None)
    if value is None:
        raise ui.Failure(f"{option} needs a value")
    return value


def _call(words):
    """Run a tool, which prints its own complaints."""
    return subprocess.run([str(word) for word in words], check=False).returncode


def _compile(config, job, words):
    """One call of the compiler."""
    folders = [f"-I{folder}" for folder in config["include"]]
    folders += [f"-isystem{folder}" for folder in config["system_include"] if folder]
    return _call([config["compiler"], *config["flags"], *job.compiler, *folders, *words])


def _generate(config, job, folder):
    """Let mig write headers and stubs of each interface into FOLDER; the status."""
    options = [f"-I{path}" for path in config["include"]]
    options += [word for word in job.compiler if word.startswith(("-I", "-D", "-U"))]
    for interface in job.interfaces:
        base = folder / pathlib.Path(interface).stem
        status = _call([build.ROOT / "scripts" / "mig", "-cc", f"{config['compiler']} -E -x c",
                        *options, "-header", f"{base}.h", "-sheader", f"{base}_server.h",
                        "-user", f"{base}User.c", "-server", f"{base}Server.c", interface])
        if status != 0:
            return status
    if job.interfaces:
        job.compiler.append(f"-I{folder}")
    return 0


def _stubs(config, job, folder):
    """Compile the stubs in FOLDER: (status, inputs of the linker, which takes what is used)."""
    objects = []
    for interface in job.interfaces:
        for side in ("User", "Server"):
            base = folder / f"{pathlib.Path(interface).stem}{side}"
            status = _compile(config, job, ["-c", f"{base}.c", "-o", f"{base}.o"])
            if status != 0:
                return status, []
            objects.append(f"{base}.o")
    return 0, ["--start-lib", *objects, "--end-lib"] if objects else []


def _link(config, job, folder):
    """Compile each source into FOLDER, then link all inputs in their order."""
    status, stubs = _stubs(config, job, folder)
    if status != 0:
        return status
    inputs = []
    for number, word in enumerate(job.inputs):
        if word in job.sources:
            result = folder / f"{number}-{pathlib.Path(word).stem}.o"
            status = _compile(config, job, ["-c", word, "-o", result])
            if status != 0:
                return status
            word = result
        inputs.append(word)
    output = job.output or "a.out"
    return _call([config["linker"], *config["link_flags"], *inputs, *stubs, *config["libraries"],
                  "-o", output])


def main():
    words = sys.argv[1:]
    if not words or words == ["--help"]:
        print(__doc__.strip())
        return 0 if words else 1
    job = Job(words)
    if not job.inputs:
        raise ui.Failure("no files; scripts/cc --help says how to call it")
    build.install_packages()
    build.build(_PRESET, "sdk", quiet=True)
    config = json.loads((build.folder(_PRESET) / "cc.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="mach_r-") as name:
        folder = pathlib.Path(name)
        status = _generate(config, job, folder)
        if status != 0 or not job.stop:
            return status or _link(config, job, folder)
        output = ["-o", job.output] if job.output else []
        return _compile(config, job, [job.stop, *job.sources, *output])


if __name__ == "__main__":
    ui.run_main(main)
