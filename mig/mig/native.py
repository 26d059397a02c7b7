# SPDX-License-Identifier: BSD-2-Clause
"""Generated programs built and run on this machine: `mig loopback`, `mig fuzz --run`.

What all programs share is compiled once; then each interface's program is built and run, as many at
a time as there are processors.
"""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from mig import emit_fuzz, emit_header, emit_loopback, emit_server, emit_user, preprocess
from mig.ir import Interface
from mig.options import Options

HERE = os.path.dirname(os.path.abspath(__file__))
INSIDE = os.path.join(HERE, "runtime")  # where it is installed; the source tree has it beside
RUNTIME = INSIDE if os.path.isdir(INSIDE) else os.path.join(os.path.dirname(HERE), "runtime")
LOOPBACK_FILES = (
    "loopback.c", "loopback_judge.c", "loopback_kernel.c", "loopback_ledger.c",
    "loopback_message.c", "loopback_probe.c", "loopback_tries.c", "loopback_values.c",
)
CHECKED = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


class NativeError(ValueError):
    """The program could not be built, or found a fault."""


def loopback(
    interfaces: list[Interface], options: Options, rounds: int, seeds: str | None = None
) -> str:
    """Every routine over a loop-back, with sanitizers; what the programs printed. With SEEDS, a
    folder there for each interface gets its requests, for fuzz() to begin with."""
    folder = os.path.join(RUNTIME, "loopback")
    workshop = _Workshop(options, [*CHECKED, "-I" + folder])
    shared = [os.path.join(folder, name) for name in LOOPBACK_FILES]

    def run(interface: Interface, place: str, objects: list[str]) -> str:
        files = loopback_files(interface)
        sources = [name for name in files if name.endswith(".c")]
        arguments = [str(rounds)]
        if seeds is not None:
            arguments.append(os.path.abspath(os.path.join(seeds, interface.name)))
            os.makedirs(arguments[-1], exist_ok=True)
        return workshop.run(place, files, [*sources, *objects], [], arguments)

    return workshop.each(interfaces, shared, run)


def loopback_files(interface: Interface) -> dict[str, str]:
    """The generated part of a loop-back program."""
    interface = replace(emit_loopback.with_prefix(interface), halves=True)
    name = interface.name
    return {
        f"{name}.h": emit_header.user_header(interface),
        f"{name}_server.h": emit_header.server_header(interface),
        "user.c": emit_user.user_source(interface, f"{name}.h"),
        "server.c": emit_server.server_source(interface, f"{name}_server.h"),
        "loop.c": emit_loopback.loopback_source(interface, f"{name}.h", f"{name}_server.h"),
    }


def fuzz_files(interface: Interface) -> dict[str, str]:
    """The harness and the stubs it calls."""
    header = f"{interface.name}_server.h"
    return {
        header: emit_header.server_header(interface),
        "server.c": emit_server.server_source(interface, header),
        "fuzz.c": emit_fuzz.fuzz_source(interface, header),
    }


def fuzz(
    interfaces: list[Interface], options: Options, limit: str, seeds: str | None = None
) -> str:
    """Run the harnesses, each up to libFuzzer's option LIMIT; what it said at the end."""
    workshop = _Workshop(options, [*CHECKED, "-fsanitize=fuzzer-no-link", "-I" + RUNTIME])

    def run(interface: Interface, place: str, objects: list[str]) -> str:
        arguments = [limit, "-max_len=9000", "-seed=1"]
        if seeds is not None:
            arguments.append(os.path.abspath(os.path.join(seeds, interface.name)))
        said = workshop.run(place, fuzz_files(interface), ["server.c", "fuzz.c", *objects],
                            ["-fsanitize=fuzzer"], arguments)
        return f"{interface.name}: {said}"

    return workshop.each(interfaces, [os.path.join(RUNTIME, "fuzz.c")], run)


class _Workshop:
    """Builds programs with the same FLAGS, and runs them."""

    def __init__(self, options: Options, flags: list[str]):
        compiler = shlex.split(options.compiler) if options.compiler else None
        includes = [_absolute(option) for option in options.preprocessor]
        command = (compiler or preprocess.find_compiler(None))[:1]
        self.command = [*command, "-std=gnu23", "-w", "-I.", *includes, *flags]

    def each(
        self, interfaces: list[Interface], shared: list[str],
        work: Callable[[Interface, str, list[str]], str],
    ) -> str:
        """WORK for each interface, in a folder of its own and with the objects of SHARED sources;
        what it returned, in order."""
        if not interfaces:
            return ""
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:

            def compiled(source: str) -> str:
                result = os.path.join(folder, os.path.basename(source) + ".o")
                _run([*self.command, "-c", source, "-o", result], folder)
                return result

            def worked(interface: Interface) -> str:
                place = os.path.join(folder, interface.name)
                os.mkdir(place)
                return work(interface, place, objects)

            objects = list(pool.map(compiled, shared))
            return "".join(pool.map(worked, interfaces))

    def run(
        self, folder: str, files: dict[str, str], inputs: list[str], more: list[str],
        arguments: list[str],
    ) -> str:
        """Write FILES, build a program of INPUTS with MORE flags, and run it."""
        for name, text in files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
                stream.write(text)
        _run([*self.command, *more, *inputs, "-o", "program"], folder)
        return _run(["./program", *arguments], folder)


def _absolute(option: str) -> str:
    """-I folders still hold when the compiler runs elsewhere."""
    return "-I" + os.path.abspath(option[2:]) if option.startswith("-I") else option


def _run(command: list[str], folder: str) -> str:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise NativeError(f"{command[0]} failed:\n{result.stderr[:4000]}")
    return result.stdout or result.stderr.rstrip("\n").split("\n")[-1] + "\n"
