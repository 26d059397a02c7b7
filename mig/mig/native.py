# SPDX-License-Identifier: BSD-2-Clause
"""Generated programs built and run on this machine: `mig loopback`, `mig fuzz --run`."""

import os
import shlex
import subprocess
import tempfile
from dataclasses import replace

from mig import emit_fuzz, emit_header, emit_loopback, emit_server, emit_user, preprocess
from mig.ir import Interface
from mig.options import Options

HERE = os.path.dirname(os.path.abspath(__file__))
INSIDE = os.path.join(HERE, "runtime")  # where it is installed; the source tree has it beside
RUNTIME = INSIDE if os.path.isdir(INSIDE) else os.path.join(os.path.dirname(HERE), "runtime")
LOOPBACK_FILES = ("loopback.c", "loopback_kernel.c", "loopback_values.c")
CHECKED = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


class NativeError(ValueError):
    """The program could not be built, or found a fault."""


def loopback(interface: Interface, options: Options, rounds: int) -> str:
    """Every routine over a loop-back, with sanitizers; what the program printed."""
    interface = replace(emit_loopback.with_prefix(interface), halves=True)
    name = interface.name
    files = {
        f"{name}.h": emit_header.user_header(interface),
        f"{name}_server.h": emit_header.server_header(interface),
        "user.c": emit_user.user_source(interface, f"{name}.h"),
        "server.c": emit_server.server_source(interface, f"{name}_server.h"),
        "loop.c": emit_loopback.loopback_source(interface, f"{name}.h", f"{name}_server.h"),
    }
    folder = os.path.join(RUNTIME, "loopback")
    sources = ["user.c", "server.c", "loop.c"]
    sources += [os.path.join(folder, n) for n in LOOPBACK_FILES]
    return _build_and_run(files, sources, [*CHECKED, "-I" + folder], options, [str(rounds)])


def fuzz_files(interface: Interface) -> dict[str, str]:
    """The harness and the stubs it calls."""
    header = f"{interface.name}_server.h"
    return {
        header: emit_header.server_header(interface),
        "server.c": emit_server.server_source(interface, header),
        "fuzz.c": emit_fuzz.fuzz_source(interface, header),
    }


def fuzz(interface: Interface, options: Options, seconds: int) -> str:
    """Run the harness for a time; what libFuzzer said at the end."""
    sources = ["server.c", "fuzz.c", os.path.join(RUNTIME, "fuzz.c")]
    flags = [*CHECKED, "-fsanitize=fuzzer", "-I" + RUNTIME]
    arguments = [f"-max_total_time={seconds}", "-max_len=9000", "-seed=1"]
    return _build_and_run(fuzz_files(interface), sources, flags, options, arguments)


def _build_and_run(
    files: dict[str, str], sources: list[str], flags: list[str], options: Options,
    arguments: list[str],
) -> str:
    compiler = shlex.split(options.compiler) if options.compiler else None
    command = (compiler or preprocess.find_compiler(None))[:1]
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
                stream.write(text)
        includes = [_absolute(option) for option in options.preprocessor]
        _run([*command, "-std=gnu23", "-w", "-I.", *includes, *flags, *sources, "-o", "program"],
             folder)
        return _run(["./program", *arguments], folder)


def _absolute(option: str) -> str:
    """-I folders still hold when the compiler runs elsewhere."""
    return "-I" + os.path.abspath(option[2:]) if option.startswith("-I") else option


def _run(command: list[str], folder: str) -> str:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise NativeError(f"{command[0]} failed:\n{result.stderr[:4000]}")
    return result.stdout or result.stderr.rstrip("\n").split("\n")[-1] + "\n"
