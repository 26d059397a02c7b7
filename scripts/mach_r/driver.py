# SPDX-License-Identifier: BSD-2-Clause
"""Compile and link C files into a program for Mach_R, as clang would for this machine.

Usage: @PROGRAM@ [clang's options] FILE... [-o PROG]

Understands what clang understands: -c, -S and -E stop early, -I, -D, -O, -W, -std and the like go
to the compiler, -l, -L and -Wl, to the linker. An interface NAME.defs is given to mig: the sources
find its NAME.h and NAME_server.h, and of its stubs what they use is linked; all of them stay in
the folder PROG.mig. Beside PROG, compile_commands.json tells editors how each file is compiled.
Words of makefiles written for macOS that ask for what every program here is (-arch x86_64,
-Wl,-dead_strip) are taken, -sectcreate does what it does there; what cannot be had (frameworks,
shared libraries, C++) is refused.
"""

import json
import os
import pathlib
import shlex
import subprocess
import tempfile

from mach_r import compile_commands
from mach_r.ui import Failure

_INTERFACE = ".defs"
_SOURCES = {".c", ".S", ".s", ".i"}
_LANGUAGES = {"c", "c-header", "cpp-output", "assembler", "assembler-with-cpp", "none"}
_FOREIGN = {".cc", ".cpp", ".cxx", ".c++", ".C", ".m", ".mm"}
# Options whose value is the next word.
_COMPILER_VALUE = {
    "-x", "-include", "-isystem", "-iquote", "-idirafter", "-imacros",
    "-MF", "-MT", "-MQ", "-Xclang", "-mllvm", "-F", "-Xpreprocessor", "-Xassembler",
}
_LINKER_VALUE = {"-L", "-l", "-u", "-Xlinker", "-z", "-T", "-e"}
_LINKER_START = ("-L", "-l", "-Wl,")
_LINKER = {"-s"}
# Of no meaning here: every program is static, may have threads, and gets the C library whole.
_IGNORED = {
    "-static", "-pthread", "-pie", "-no-pie", "-rdynamic", "-static-libgcc", "-fuse-ld=lld",
    "-dead_strip", "-headerpad_max_install_names",
}
_VERSION_START = ("-mmacosx-version-min=", "-mmacos-version-min=")
_VERSION_MACROS = (
    "__ENVIRONMENT_MAC_OS_X_VERSION_MIN_REQUIRED__", "__ENVIRONMENT_OS_VERSION_MIN_REQUIRED__",
)
# The same of the linker's on a Mac, behind -Wl, or -Xlinker: what is not used is left out anyway, at a
# fixed address, for nobody to edit afterwards.
_IGNORED_LINKERS = {
    "-dead_strip", "-dead_strip_dylibs", "-no_pie", "-pie", "-headerpad_max_install_names",
    "-search_paths_first", "-w",
}
_SECTION = "-sectcreate"  # segment, section, file
# The same, each with a word behind it.
_IGNORED_VALUE = {
    "-isysroot", "-rpath", "-undefined", "-install_name", "-current_version",
    "-compatibility_version",
}
_IGNORED_LIBRARIES = {"pthread", "System", "System.B", "c", "m", "mach", "bsm", "dl", "info", "proc"}
_MACHINE = "x86_64"
_SHARED = {"-shared", "-dynamiclib", "-bundle"}
# Questions to the compiler, which need no file; with the first kind it does nothing but answer.
_ONLY_ANSWERED = ("--version", "-dumpmachine", "-dumpversion", "-print-")
_QUESTIONS = (*_ONLY_ANSWERED, "-v")


class Config:
    """What cc.json says. Its folders and libraries may be relative to the root of the SDK."""

    def __init__(self, path, mig, root=pathlib.Path("/")):
        values = json.loads(path.read_text(encoding="utf-8"))
        self.compiler, self.linker, self.mig = values["compiler"], values["linker"], mig
        self.link_flags = values["link_flags"]
        self.include = [str(root / folder) for folder in values["include"]]
        self.libraries = [str(root / library) for library in values["libraries"]]
        self.link_flags += [f"-L{root / folder}" for folder in values["library_folders"]]
        system = [str(root / folder) for folder in values["system_include"] if folder]
        self.compile = [self.compiler, *values["flags"]]
        # The headers of the system, about which nobody wants to be warned.
        self.folders = [f"-isystem{folder}" for folder in [*self.include, *system]]
        self.mig_folders = [f"-I{folder}" for folder in [*self.include, *system]]


class Job:
    """A command line, taken apart."""

    def __init__(self, words):
        self.output = None
        self.stop = None
        self.question = False
        self.only_answered = False
        self.sources, self.interfaces, self.inputs, self.compiler = [], [], [], []
        self.sections, self.machines = [], []
        words = iter(_expanded(words))
        for word in words:
            self._take(word, words)
        if self.machines and _MACHINE not in self.machines:
            raise Failure(f"-arch {self.machines[0]}: programs are for {_MACHINE}")
        if self.interfaces and not self.inputs:
            raise Failure("an interface alone makes no program; name a source file too")
        if not self.inputs and not self.question:
            raise Failure("no files; --help says how to call this")
        if self.stop and not self.sources:
            raise Failure(f"{self.stop} without a source file")
        if self.stop and self.output and len(self.sources) > 1:
            raise Failure(f"{self.stop} with -o takes one file, not {len(self.sources)}")

    def _take(self, word, rest):
        """Sort one word, and the next if it belongs to it, into its place."""
        if word == "-o":
            self.output = _value(word, rest)
        elif word in ("-c", "-S", "-E", "-M", "-MM", "-fsyntax-only"):
            self.stop = word
        elif word in _IGNORED:
            pass
        elif word.startswith(_VERSION_START):
            number = _version(word.partition("=")[2])
            for name in _VERSION_MACROS:
                self.compiler += [f"-U{name}", f"-D{name}={number}"]
        elif word in _IGNORED_VALUE:
            _value(word, rest)
        elif word == "-arch":
            self.machines.append(_value(word, rest))
        elif word == "-target" or word.startswith("--target="):
            triple = _value(word, rest) if word == "-target" else word.split("=")[1]
            self.machines.append(triple.split("-")[0])
        elif word == _SECTION:
            self.sections.append([_value(word, rest) for _ in range(3)])
        elif word == "-framework" or word in _SHARED:
            _refuse(word, rest)
        elif word in ("-I", "-D", "-U"):
            self.compiler.append(word + _value(word, rest))
        elif word in _COMPILER_VALUE:
            self._take_compilers(word, _value(word, rest))
        elif word in _LINKER_VALUE:
            self._take_linkers(word, _value(word, rest))
        elif word.startswith("-Wl,"):
            self._take_behind_wl(word)
        elif word.startswith("-l"):
            self._take_linkers("-l", word[2:])
        elif word.startswith(_LINKER_START) or word in _LINKER:
            self.inputs.append(word)
        elif word.startswith("-") and word != "-":
            self.question = self.question or word.startswith(_QUESTIONS)
            self.only_answered = self.only_answered or word.startswith(_ONLY_ANSWERED)
            self._take_compilers(word)
        elif pathlib.Path(word).suffix == _INTERFACE:
            self.interfaces.append(word)
        elif pathlib.Path(word).suffix in _FOREIGN and "-x" not in self.compiler:
            raise Failure(f"{word}: programs are in C; there is no library for another language")
        elif pathlib.Path(word).suffix in _SOURCES or word == "-" or "-x" in self.compiler:
            self.sources.append(word)
            self.inputs.append(word)
        else:
            self.inputs.append(word)

    def _take_linkers(self, word, value):
        """An option of the linker's with the word behind it."""
        if word == "-Xlinker":
            self.inputs += [value] if value not in _IGNORED_LINKERS else []
        elif word != "-l":
            self.inputs += [word, value]
        elif value not in _IGNORED_LIBRARIES:
            self.inputs.append(word + value)

    def _take_behind_wl(self, word):
        """The linker's options behind -Wl,."""
        options = word.split(",")[1:]
        if options[0] == _SECTION and len(options) == 4:
            self.sections.append(options[1:])
        else:
            self.inputs += [option for option in options if option not in _IGNORED_LINKERS]

    def _take_compilers(self, word, *value):
        """An option of the compiler's, and the word behind it if it has one."""
        if word.startswith("-x"):
            language = value[0] if value else word[2:]
            if language not in _LANGUAGES:
                raise Failure(f"-x {language}: programs are in C")
            word, value = "-x", [language]
        self.compiler += [word, *value]

    def result(self, source):
        """The file that compiling SOURCE alone makes; None: it goes to standard output."""
        if self.output or self.stop in ("-E", "-M", "-MM", "-fsyntax-only"):
            return self.output
        return pathlib.Path(source).stem + (".o" if self.stop == "-c" else ".s")


def _version(text):
    """Darwin's number for a version: 10.9 is 1090, 10.12.1 is 101201, 14 is 140000."""
    parts = [int(part) if part.isdigit() else None for part in text.split(".")]
    if len(parts) > 3 or None in parts:
        raise Failure(f"{text} is no version")
    major, minor, patch = (parts + [0, 0])[:3]
    if (major, minor) < (10, 10):
        return major * 100 + minor * 10 + patch
    return major * 10000 + minor * 100 + patch


def _value(option, rest):
    """The word behind OPTION."""
    value = next(rest, None)
    if value is None:
        raise Failure(f"{option} needs a value")
    return value


def _expanded(words):
    """WORDS, and in the place of each @FILE the words in FILE."""
    for word in words:
        if word.startswith("@") and os.path.isfile(word[1:]):
            text = pathlib.Path(word[1:]).read_text(encoding="utf-8")
            yield from _expanded(shlex.split(text))
        else:
            yield word


def _refuse(word, rest):
    """An option that asks for what cannot be had."""
    if word in _SHARED:
        raise Failure(f"{word}: there are no shared libraries")
    raise Failure(f"there is no framework {_value(word, rest)}")


def _call(words):
    """Run a tool, which prints its own complaints; its status."""
    try:
        return subprocess.run([str(word) for word in words], check=False).returncode
    except FileNotFoundError as error:
        raise Failure(f"{words[0]} is missing; install it (Debian: clang-19, lld-19)") from error


class _Run:
    """One call: what was found on the way to the program."""

    def __init__(self, config, job, folder):
        self.config, self.job, self.folder = config, job, folder
        self.commands = []  # for compile_commands.json
        self.options = list(job.compiler)

    def compile(self, source, result, stop="-c"):
        """Compile SOURCE; the status."""
        words = [*self.config.compile, *self.options, *self.config.folders, stop, source]
        if stop not in ("-E", "-M", "-MM") and source != "-":
            self.commands.append((source, words))
        return _call(words if result is None else [*words, "-o", str(result)])

    def generate(self, folder):
        """Let mig write headers and stubs of each interface into FOLDER; the status."""
        options = [*self.config.mig_folders]
        options += [word for word in self.options if word.startswith(("-I", "-D", "-U"))]
        for interface in self.job.interfaces:
            folder.mkdir(exist_ok=True)
            base = folder / pathlib.Path(interface).stem
            status = _call([self.config.mig, "-cc", f"{self.config.compiler} -E -x c", *options,
                            "-header", f"{base}.h", "-sheader", f"{base}_server.h",
                            "-user", f"{base}User.c", "-server", f"{base}Server.c", interface])
            if status != 0:
                return status
        if self.job.interfaces:
            self.options.append(f"-I{folder}")
        for interface in self.job.interfaces:  # what it imports in quotes lies beside it
            self.options += ["-iquote", str(pathlib.Path(interface).parent)]
        return 0

    def stubs(self, folder):
        """Compile the stubs in FOLDER: (status, inputs of the linker, which takes what is used)."""
        objects = []
        for interface in self.job.interfaces:
            for side in ("User", "Server"):
                name = f"{pathlib.Path(interface).stem}{side}"
                objects.append(self.folder / f"{name}.o")
                status = self.compile(str(folder / f"{name}.c"), objects[-1])
                if status != 0:
                    return status, []
        return 0, ["--start-lib", *objects, "--end-lib"] if objects else []

    def section(self, number, segment, section, file):
        """An object with FILE's bytes as a section: (status, inputs of the linker)."""
        if not os.path.isfile(file):
            raise Failure(f"{_SECTION}: there is no file {file}")
        source = self.folder / f"section{number}.S"
        path = str(pathlib.Path(file).absolute()).replace("\\", r"\\").replace('"', r'\"')
        source.write_text(f'.section "{segment},{section}", "aR"\n.incbin "{path}"\n', encoding="utf-8")
        result = source.with_suffix(".o")
        return _call([*self.config.compile, "-c", source, "-o", result]), [result]

    def sections(self):
        """All sections that were asked for: (status, inputs of the linker)."""
        inputs = []
        for number, words in enumerate(self.job.sections):
            status, more = self.section(number, *words)
            if status != 0:
                return status, []
            inputs += more
        return 0, inputs

    def link(self, output, stub_folder):
        """Compile each source, then link all inputs in their order; the status."""
        status, stubs = self.stubs(stub_folder)
        if status != 0:
            return status
        inputs = []
        for number, word in enumerate(self.job.inputs):
            if word in self.job.sources:
                result = self.folder / f"{number}-{pathlib.Path(word).stem}.o"
                status = self.compile(word, result)
                if status != 0:
                    return status
                word = result
            inputs.append(word)
        status, sections = self.sections()
        if status != 0:
            return status
        return _call([self.config.linker, *self.config.link_flags, *inputs, *sections, *stubs,
                      *self.config.libraries, "-o", output])

    def stop_early(self):
        """Compile each source and link nothing; the first status that is not 0."""
        statuses = [self.compile(source, self.job.result(source), self.job.stop)
                    for source in self.job.sources]
        return next((status for status in statuses if status != 0), 0)


def wants_help(words):
    """Whether a command line asks how it is used, or says nothing."""
    return not words or words == ["--help"]


def show_help(program, words):
    """Say how PROGRAM is used; its status."""
    print(__doc__.strip().replace("@PROGRAM@", program))
    return 0 if words else 1


def run(config, job, directory):
    """Do JOB, whose paths are relative to DIRECTORY; the exit status."""
    if not job.inputs or job.only_answered:
        return _call([*config.compile, *job.compiler])
    output = pathlib.Path(job.output or "a.out")
    stub_folder = output.with_name(output.name + ".mig")
    with tempfile.TemporaryDirectory(prefix="mach_r-") as name:
        work = _Run(config, job, pathlib.Path(name))
        status = work.generate(stub_folder)
        if status == 0:
            status = work.stop_early() if job.stop else work.link(output, stub_folder)
    if work.commands:
        compile_commands.update(directory / output.parent, directory, work.commands)
    return status
